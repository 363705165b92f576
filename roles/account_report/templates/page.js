"use strict";
// What every page can do: speak two languages, show two colour schemes, be printed. Without it, the page is all there.
const page = (() => {
  const root = document.documentElement;

  // A browser may keep nothing for a file, or not let it be read.
  const kept = {
    get(key) {
      try { return localStorage.getItem("dayone." + key); } catch { return null; }
    },
    set(key, value) {
      try {
        if (value === null) localStorage.removeItem("dayone." + key);
        else localStorage.setItem("dayone." + key, value);
      } catch { /* then it holds for this view alone */ }
    },
  };

  const inLanguage = (texts) => texts[root.lang === "ja" ? "ja" : "en"];

  const say = (texts) => { document.getElementById("said").textContent = inLanguage(texts); };

  const heard = [];
  const speak = (language) => {
    root.lang = language;
    const title = document.querySelector("title");
    document.title = language === "ja" ? title.dataset.ja : title.dataset.en;
    heard.forEach((listener) => listener());
  };

  const first = () => {
    const wanted = kept.get("language") || (root.dataset.language === "auto" ? navigator.language : root.dataset.language);
    return wanted.toLowerCase().startsWith("ja") ? "ja" : "en";
  };

  const ofSystem = matchMedia("(prefers-color-scheme: dark)");
  const colour = () => { root.dataset.scheme = kept.get("scheme") || (ofSystem.matches ? "dark" : "light"); };

  document.querySelectorAll("[data-needs-script]").forEach((element) => { element.hidden = false; });
  speak(first());
  colour();
  ofSystem.addEventListener("change", colour);

  document.getElementById("language").addEventListener("click", () => {
    const language = root.lang === "ja" ? "en" : "ja";
    kept.set("language", language);
    speak(language);
    say({ en: "The page is in English.", ja: "日本語で表示しています。" });
  });

  document.getElementById("scheme").addEventListener("click", () => {
    const dark = root.dataset.scheme !== "dark";
    kept.set("scheme", dark ? "dark" : "light");
    colour();
    say(dark
      ? { en: "Dark colours are on.", ja: "ダーク表示に切り替えました。" }
      : { en: "Light colours are on.", ja: "ライト表示に切り替えました。" });
  });

  document.getElementById("print").addEventListener("click", () => window.print());

  return {
    kept, say, inLanguage,
    // The listener is called now, and whenever the language has changed.
    inEachLanguage(listener) { heard.push(listener); listener(); },
  };
})();
