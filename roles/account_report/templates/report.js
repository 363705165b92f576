// The ticks of the open steps, and the folding of the evidence.
(() => {
  const steps = document.querySelector(".steps");
  const boxes = steps ? [...steps.querySelectorAll("[data-tick]")] : [];
  const key = (box) => "tick." + steps.dataset.account + "." + box.dataset.tick;

  const count = () => {
    const ticked = boxes.filter((box) => box.checked).length;
    const line = document.getElementById("ticked");
    if (line) {
      line.textContent = page.inLanguage({
        en: ticked + " of " + boxes.length + " ticked.",
        ja: boxes.length + " 件中 " + ticked + " 件にチェックがあります。",
      });
    }
  };

  const mark = (box) => box.closest(".step").classList.toggle("ticked", box.checked);

  boxes.forEach((box) => {
    box.checked = page.kept.get(key(box)) !== null;
    mark(box);
    box.addEventListener("change", () => {
      page.kept.set(key(box), box.checked ? new Date().toISOString() : null);
      mark(box);
      count();
    });
  });
  page.inEachLanguage(count);

  const folded = [...document.querySelectorAll("details")];
  const button = document.getElementById("unfold");
  const fold = (open) => {
    folded.forEach((one) => { one.open = open; });
    button.setAttribute("aria-expanded", String(open));
  };
  fold(false);
  button.addEventListener("click", () => fold(button.getAttribute("aria-expanded") !== "true"));

  // A link to a control shows what it leads to.
  const unfoldTarget = () => {
    const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (target instanceof HTMLDetailsElement) {
      target.open = true;
      target.querySelector("summary").focus({ preventScroll: true });
      target.scrollIntoView();
    }
  };
  addEventListener("hashchange", unfoldTarget);
  unfoldTarget();

  // On paper nothing is folded.
  let before = [];
  addEventListener("beforeprint", () => {
    before = folded.filter((one) => !one.open);
    before.forEach((one) => { one.open = true; });
  });
  addEventListener("afterprint", () => before.forEach((one) => { one.open = false; }));
})();
