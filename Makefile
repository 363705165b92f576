# `make site` shows it, `make test` tests it, `make help` lists the rest. Everything is installed into .venv and .cache.
# Paths are relative, so that the checkout may lie anywhere, in a directory with a space in its name too.

# The first Python that is new enough.
PYTHON ?= $(shell for p in python3 python3.11 python3.12 python3.13; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)

# make site: `sandbox`, a stand-in account on this machine, or `aws`, the account of the AWS credentials at hand
ACCOUNT ?= sandbox
# make site: file with the variables of your account
VARS ?=
# make site ACCOUNT=aws: `yes` to go ahead without a question
CONFIRM ?=
# make site: more arguments for ansible-playbook, as "--check --diff"; make bench: as "--runs 1", "--calls", "--table deletion"
ARGS ?=

RUN := .venv/bin/python
CHECKS := lint unit account browser molecule sanity docs
# The longest first: the others run beside it.
TEST := account sanity bench docs molecule-short browser lint unit

.PHONY: help install site test $(CHECKS) torture coverage matrix lock audit importer bench docsite sandbox clean

help:
	@echo 'make site      set up a stand-in account on this machine, to watch what happens'
	@echo 'make site ACCOUNT=aws VARS=my.yml'
	@echo '               set up the AWS account of your credentials; asks before it changes anything'
	@echo '               (CONFIRM=yes: without asking; ARGS="--check --diff": show what would change, change nothing)'
	@echo 'make test      run every check; each alone: make $(CHECKS)'
	@echo '               (of the molecule scenarios those of the site and of one role; make molecule runs all of them)'
	@echo 'make torture   disturb and kill runs at each of their steps in turn, and print figures; takes hours. make test has a'
	@echo '               short form; DAYONE_STRIDE=10 takes every tenth of the steps that cost a whole run'
	@echo 'make coverage  measure how many branches of the plugins the tests take, and list the rest; takes most of an hour.'
	@echo '               make unit has a short form: the branches of what decides, by unit tests'
	@echo 'make matrix    run the tests with each supported ansible-core and amazon.aws (ARGS="--quick": the most telling ones)'
	@echo 'make bench     measure how fast it is (ARGS="--runs 1": shortest; "--table deletion": only that; "--calls": by task)'
	@echo 'make lock      write requirements-hashes.txt, for this Python and platform; needs a package index'
	@echo 'make audit     ask the databases of known vulnerabilities about what is pinned; needs the network, no part of make test'
	@echo 'make importer  have galaxy-importer look at the collection as Ansible Galaxy would; needs a package index'
	@echo 'make docsite   build the documentation, into .cache/docsite/html'
	@echo 'make install   only install, into .venv and .cache'
	@echo 'make sandbox   leave a stand-in account running for your own tries, until Ctrl-C'
	@echo 'make clean     remove what was installed and what stand-in accounts left; secrets of real accounts stay'

install:
	@if [ -z '$(PYTHON)' ]; then echo 'Python 3.11 or newer is needed; none was found. Say which: make PYTHON=/path/to/python3' >&2; exit 1; fi
	@'$(PYTHON)' tools/install.py

site: install
	@$(RUN) tools/site.py --account '$(ACCOUNT)' --vars '$(VARS)' --confirm '$(CONFIRM)' -- $(ARGS)

test: install
	@$(RUN) tools/check.py $(TEST)

$(CHECKS) torture coverage: install
	@$(RUN) tools/check.py $@

matrix: install
	@$(RUN) tools/matrix.py $(ARGS)

lock: install
	@$(RUN) tools/lock.py

audit: install
	@$(RUN) tools/audit.py

importer: install
	@$(RUN) tools/importer.py

bench: install
	@PYTHONPATH=tests $(RUN) -m bench $(ARGS)

docsite: install
	@$(RUN) tools/docsite.py

sandbox: install
	@PYTHONPATH=tests $(RUN) -m sandbox serve

clean:
	rm -rf .venv .cache dayone-output/sandbox-*
