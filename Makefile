# make help tells what there is.

PYTHON ?= python3
VENV := .venv
STAMP := $(VENV)/.installed
# Waits overlap in each worker; more of them than cores would only start up more often.
WORKERS ?= $(shell nproc)
ARGS ?=

# Whatever is written is written below this directory: pip's and Scapy's caches, the tests' temporary files.
export XDG_CACHE_HOME := $(CURDIR)/build/cache
export TMPDIR := $(CURDIR)/build/tmp
PYTEST := XDG_CONFIG_HOME='$(CURDIR)/build/config' $(VENV)/bin/python -m pytest

.PHONY: help conformance test proof matrix coverage lint agent c-agent stacks site check-site clean
.DEFAULT_GOAL := help

help:
	@echo 'make conformance  judge this machine'"'"'s own TCP in a private network (ARGS="-n 4 -k handshake" for pytest)'
	@echo 'make test         the tests of the suite itself (ARGS as above)'
	@echo 'make proof        which case catches which deviation of the reference endpoint (ARGS=--update writes it down)'
	@echo 'make matrix       which case sends which segment to a target in which state (ARGS=--update writes it down)'
	@echo 'make coverage     what the cases cover of the catalogue, without running one (ARGS=--update writes it down)'
	@echo 'make lint         ruff and mypy'
	@echo 'make agent        build/tcp-agent.pyz: the agent as one file, to copy to a target that has python3'
	@echo 'make c-agent      build/tcp-agent: the agent in C99 for a target without python3 (CC and CFLAGS as usual)'
	@echo 'make stacks       what the foreign stacks of the lab need (--target lab:all), as far as their packages are there'
	@echo 'make site         reports/site: what is known of all stacks as pages (ARGS="build FOLDER ..." for some of it)'
	@echo 'make check-site   the site in a real browser (Debian: chromium)'
	@echo 'make clean        remove what make has built, the virtual environment too'

conformance: $(STAMP) | build/tmp
	$(PYTEST) -n $(WORKERS) $(ARGS)

test: $(STAMP) | build/tmp
	$(PYTEST) tests $(ARGS)

proof: $(STAMP) | build/tmp
	PYTHONPATH=tests $(VENV)/bin/python -m proof $(ARGS)

matrix: $(STAMP) | build/tmp
	PYTHONPATH=tests $(VENV)/bin/python -m matrix $(ARGS)

coverage: $(STAMP)
	$(VENV)/bin/python -m conformance.requirements $(ARGS)

lint: $(STAMP) | build/tmp
	$(VENV)/bin/python -m ruff check .
	$(VENV)/bin/python -m ruff format --check .
	$(VENV)/bin/python -m mypy

agent: $(STAMP) | build/tmp
	$(VENV)/bin/python -m conformance.agent.build

C_AGENT := conformance/agent/c
CFLAGS ?= -Os -Wall -Wextra
LDFLAGS ?= -static

c-agent: build/tcp-agent

build/tcp-agent: $(wildcard $(C_AGENT)/*.c $(C_AGENT)/*.h) | build/tmp
	$(CC) -std=c99 -D_DEFAULT_SOURCE $(CFLAGS) $(LDFLAGS) -o $@ $(C_AGENT)/*.c

# What the lab's stacks need, each from Debian packages; a stack whose package is missing is left out.
LAB_C := conformance/lab/c
LAB_AGENT := $(filter-out $(addprefix $(C_AGENT)/,main.c command.c posix%),$(wildcard $(C_AGENT)/*.c))
LAB_POSIX := $(wildcard $(C_AGENT)/posix*.c)
LAB_CC = $(CC) -std=c99 -D_DEFAULT_SOURCE $(CFLAGS) -I$(C_AGENT) -I$(LAB_C)
LAB_HEADERS := $(wildcard $(C_AGENT)/*.h $(LAB_C)/*.h)

# Stack, what it is built from, what is built, package. Make reads this whatever it is to make, and says it for `stacks` alone.
LAB_HAS = $(if $(wildcard $(2)),$(3),$(if $(filter stacks,$(MAKECMDGOALS)),$(info lab:$(1) is left out: apt-get install $(4))))

stacks: build/stacks/guest build/stacks/uml_init build/stacks/agent.so build/stacks/pmd-pytcp \
	$(call LAB_HAS,lwip,/usr/include/lwip/lwipopts.h,build/stacks/lwip,liblwip-dev) \
	$(call LAB_HAS,libslirp,/usr/include/slirp/libslirp.h,build/stacks/slirp,libslirp-dev) \
	$(call LAB_HAS,ns-3,/usr/include/ns3/core-module.h,build/stacks/ns-3,libns3-dev) \
	$(call LAB_HAS,edk2,/usr/include/efi/efi.h,build/stacks/uefi/EFI/BOOT/BOOTX64.EFI,gnu-efi) \
	$(call LAB_HAS,u-boot,/usr/bin/qemu-system-aarch64,build/stacks/u-boot.bin,qemu-system-arm)

build/stacks/guest: $(LAB_C)/guest.c $(LAB_C)/services.c $(LAB_C)/stream.c $(LAB_AGENT) $(LAB_POSIX) $(LAB_HEADERS)
	@mkdir -p $(@D)
	$(LAB_CC) -static -o $@ $(filter %.c,$^)

build/stacks/uml_init: $(LAB_C)/uml_init.c
	@mkdir -p $(@D)
	$(LAB_CC) -static -o $@ $<

build/stacks/lwip: $(wildcard $(LAB_C)/lwip*.c) $(LAB_C)/services.c $(LAB_C)/stream.c $(LAB_AGENT) $(LAB_HEADERS)
	@mkdir -p $(@D)
	$(LAB_CC) -isystem /usr/include/lwip -o $@ $(filter %.c,$^) -llwip -lpthread

build/stacks/slirp: $(wildcard $(LAB_C)/slirp*.c) $(LAB_C)/services.c $(LAB_C)/stream.c $(LAB_AGENT) $(LAB_POSIX) $(LAB_HEADERS)
	@mkdir -p $(@D)
	$(LAB_CC) -isystem /usr/include/slirp -o $@ $(filter %.c,$^) -lslirp

# C++ around a C core, each by its own compiler.
NS3_OBJECTS := build/stacks/ns-3.objects
NS3_CXX = $(CXX) -std=c++17 -O1 -Wall -Wextra -I$(C_AGENT) -I$(LAB_C)

build/stacks/ns-3: $(wildcard $(LAB_C)/ns3*.cc) $(LAB_C)/services.c $(LAB_C)/stream.c $(LAB_AGENT) $(LAB_HEADERS)
	@mkdir -p $(NS3_OBJECTS)
	cd $(NS3_OBJECTS) && rm -f *.o && $(LAB_CC:-I%=-I$(CURDIR)/%) -c $(addprefix $(CURDIR)/,$(filter %.c,$^))
	$(NS3_CXX) -o $@ $(filter %.cc,$^) $(NS3_OBJECTS)/*.o -lns3-fd-net-device -lns3-internet -lns3-network -lns3-core -lpthread

build/stacks/agent.so: $(LAB_C)/services.c $(LAB_C)/stream.c $(LAB_AGENT) $(LAB_HEADERS)
	@mkdir -p $(@D)
	$(LAB_CC) -fPIC -shared -o $@ $(filter %.c,$^)

UEFI := build/stacks/uefi/EFI/BOOT/BOOTX64.EFI
UEFI_CC = $(CC) -std=c99 -D_DEFAULT_SOURCE $(CFLAGS) -I$(C_AGENT) -I$(LAB_C) -isystem /usr/include/efi \
	-isystem /usr/include/efi/x86_64 -DGNU_EFI_USE_MS_ABI -fpic -ffreestanding -fno-stack-protector -fshort-wchar \
	-mno-red-zone -maccumulate-outgoing-args

$(UEFI): $(wildcard $(LAB_C)/uefi*.c) $(LAB_C)/services.c $(LAB_C)/stream.c $(LAB_AGENT) $(LAB_HEADERS) | build/tmp
	@mkdir -p $(@D) build/stacks/objects
	cd build/stacks/objects && rm -f *.o && $(UEFI_CC:-I%=-I$(CURDIR)/%) -c $(addprefix $(CURDIR)/,$(filter %.c,$^))
	ld -nostdlib -znocombreloc -T /usr/lib/elf_x86_64_efi.lds -shared -Bsymbolic --no-undefined -o build/stacks/objects/uefi.so \
		/usr/lib/crt0-efi-x86_64.o build/stacks/objects/*.o -L/usr/lib -lgnuefi
	objcopy $(foreach part,.text .sdata .data .dynamic .dynsym .rel .rela .rel.* .rela.* .reloc,-j '$(part)') \
		--target efi-app-x86_64 --subsystem=10 build/stacks/objects/uefi.so $@

# The one stack that no distribution has: a package of PyPI, out of the suite's own way.
build/stacks/pmd-pytcp: $(STAMP)
	@rm -rf $@.new && mkdir -p $(@D)
	@$(VENV)/bin/python -m pip install --quiet --disable-pip-version-check --target $@.new pmd-pytcp==0.3.8 && rm -rf $@ && mv $@.new $@ || \
		echo 'lab:$(@F) is left out: PyPI does not give it'

# The first Debian whose U-Boot has wget is 13.
build/stacks/u-boot.bin: conformance/lab/u-boot.sh | build/tmp
	@mkdir -p $(@D)
	@sh $< $@ || echo "lab:u-boot is left out: put qemu_arm64/u-boot.bin of Debian 13's u-boot-qemu at $@"

site: $(STAMP)
	$(VENV)/bin/python -m conformance.site $(ARGS)

check-site: site
	@command -v chromium >/dev/null || { echo 'missing: apt-get install chromium' >&2; exit 1; }
	$(VENV)/bin/python -m pip install --quiet --disable-pip-version-check -e '.[browser]'
	$(PYTEST) -o python_files='check_*.py' tests/browser

clean:
	rm -rf $(VENV) build reports/site *.egg-info .mypy_cache .pytest_cache .ruff_cache .hypothesis

# One line for each thing that is missing, before anything is made.
$(STAMP): pyproject.toml | build/tmp
	@command -v $(PYTHON) >/dev/null || { echo 'missing: apt-get install python3 python3-venv' >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo "Python 3.11 or newer is needed, $(PYTHON) is $$($(PYTHON) --version 2>&1); name another: make PYTHON=python3.12" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { echo 'missing: apt-get install python3-venv' >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(VENV)/bin/python -m pip install --quiet --disable-pip-version-check -e '.[dev]'
	@touch $@

build/tmp:
	@mkdir -p $@
