# mailtap: see README.md; `make help` lists what can be asked for.
# No file is listed here: sources, checks and fuzzers are found by their place.

VERSION = 0.1.0

# Where `make install` puts things.
PREFIX ?= /usr
SYSCONFDIR ?= /etc
UNITDIR ?= $(PREFIX)/lib/systemd/system
SYSUSERSDIR ?= $(PREFIX)/lib/sysusers.d
TMPFILESDIR ?= $(PREFIX)/lib/tmpfiles.d
DATADIR = $(PREFIX)/share/mailtap
DESTDIR ?=

# One folder of objects per variant: plain, ASAN=1 (with UBSan), TSAN=1.
ifdef ASAN
BUILD ?= build/asan
SANITIZE = -fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer
else ifdef TSAN
BUILD ?= build/tsan
SANITIZE = -fsanitize=thread -fno-omit-frame-pointer
else
BUILD ?= build
SANITIZE =
endif

ifndef V
Q = @
say = @printf '  %-6s %s\n' $(1) $(2)
else
Q =
say = @:
endif
MAKEFLAGS += --no-print-directory

CC ?= gcc
ifeq ($(origin CC),default)
CC = gcc
endif
PKGS = libpcap libevent_core libevent_extra libevent_pthreads yaml-0.1 hiredis jansson libcrypto libssl libseccomp zlib libpcre2-8
OPTIMISE ?= -O2
WARN = -Wall -Wextra -Wpedantic -Wshadow -Wmissing-prototypes -Wstrict-prototypes -Wconversion -Wvla
ifdef CI
WARN += -Werror
endif
# The program proper is optimised as a whole: a packet's way leads through a dozen files of small functions.
ifeq ($(strip $(SANITIZE)),)
FORTIFY = -D_FORTIFY_SOURCE=2
ifneq ($(findstring gcc,$(CC)),)
WHOLE ?= -flto=auto
AR = gcc-ar
endif
endif
CPPFLAGS += -D_GNU_SOURCE -Isensor -I. -DMAILTAP_VERSION='"$(VERSION)"' -DMAILTAP_SYSCONFDIR='"$(SYSCONFDIR)"' \
	-DMAILTAP_DATADIR='"$(DATADIR)"'
CFLAGS_ALL = -std=c11 $(OPTIMISE) $(WHOLE) -g $(WARN) $(FORTIFY) -fstack-protector-strong -fPIE $(SANITIZE) $(PKG_CFLAGS) $(CFLAGS)
LDFLAGS_ALL = -pie -Wl,-z,relro,-z,now $(OPTIMISE) $(WHOLE) $(SANITIZE) $(LDFLAGS)
PKG_CFLAGS = $(eval PKG_CFLAGS := $(shell pkg-config --cflags $(PKGS)))$(PKG_CFLAGS)
LIBS = $(eval LIBS := $(shell pkg-config --libs $(PKGS)) -lm -lpthread)$(LIBS)
CHECK_LIBS = $(eval CHECK_LIBS := $(shell pkg-config --libs check))$(CHECK_LIBS)

MAINS = sensor/main.c sensor/ctl/mailtapctl.c
SOURCES := $(sort $(wildcard sensor/*.c sensor/*/*.c))
LIB_OBJECTS = $(patsubst %.c,$(BUILD)/%.o,$(filter-out $(MAINS),$(SOURCES)))
CHECKS := $(sort $(wildcard tests/check_*.c tests/*/check_*.c))
CHECK_PROGRAMS = $(patsubst %.c,$(BUILD)/%,$(CHECKS))
SIMULATOR = $(BUILD)/tests/simulator/simulate
SUPPORT_OBJECTS = $(patsubst %.c,$(BUILD)/%.o,$(sort $(wildcard tests/support/*.c)))
FUZZERS := $(sort $(wildcard tests/fuzz/fuzz_*.c))
FUZZ_PROGRAMS = $(patsubst tests/fuzz/%.c,build/fuzz/%,$(FUZZERS))

# What Debian calls what is needed. `deps` installs what is missing and does nothing otherwise.
DEPS_BUILD = gcc make pkg-config libc6-dev libpcap-dev libevent-dev libyaml-dev libhiredis-dev libssl-dev zlib1g-dev \
	libjansson-dev libseccomp-dev libpcre2-dev
DEPS_DEMO = redis-server tcpreplay iproute2 procps
DEPS_TEST = bsdextrautils check redis-tools python3 mandoc systemd valgrind util-linux git

.PHONY: all deps demo check check-run check-long bench detection conformance fuzz install uninstall format lint clean help checks

all: $(BUILD)/mailtapd $(BUILD)/mailtapctl

$(BUILD)/libsensor.a: $(LIB_OBJECTS)
	$(call say,AR,$@)
	$(Q)rm -f $@ && $(AR) rcs $@ $^

$(BUILD)/mailtapd: $(BUILD)/sensor/main.o $(BUILD)/libsensor.a
	$(call say,LD,$@)
	$(Q)$(CC) $(LDFLAGS_ALL) -o $@ $^ $(LIBS)

$(BUILD)/mailtapctl: $(BUILD)/sensor/ctl/mailtapctl.o $(BUILD)/libsensor.a
	$(call say,LD,$@)
	$(Q)$(CC) $(LDFLAGS_ALL) -o $@ $^ $(LIBS)

$(BUILD)/%.o: %.c Makefile
	$(call say,CC,$<)
	@mkdir -p $(@D)
	$(Q)$(CC) $(CPPFLAGS) $(TEST_CPPFLAGS) $(CFLAGS_ALL) -MMD -MP -c -o $@ $<

# The default rules are part of the program.
$(BUILD)/sensor/settings/builtin_rules.o: $(wildcard config/rules/*.yaml)
$(BUILD)/sensor/settings/builtin_rules.o: WHOLE = # assembly defines its symbols

$(BUILD)/tests/%: TEST_CPPFLAGS = -Itests
$(CHECK_PROGRAMS): $(BUILD)/%: $(BUILD)/%.o $(SUPPORT_OBJECTS) $(BUILD)/libsensor.a
	$(call say,LD,$@)
	$(Q)$(CC) $(LDFLAGS_ALL) -o $@ $< $(SUPPORT_OBJECTS) $(BUILD)/libsensor.a $(LIBS) $(CHECK_LIBS)

.SECONDARY: $(patsubst %,%.o,$(CHECK_PROGRAMS)) $(SUPPORT_OBJECTS)
-include $(shell find $(BUILD)/sensor $(BUILD)/tests -name '*.d' 2>/dev/null)

checks: $(CHECK_PROGRAMS) $(SIMULATOR)

deps:
	@missing=""; for p in $(DEPS_BUILD) $(DEPS_DEMO) $(DEPS_TEST); do \
		dpkg-query -W -f '$${db:Status-Status}\n' $$p 2>/dev/null | grep -qx installed || missing="$$missing $$p"; \
	done; \
	if [ -n "$$missing" ]; then \
		if [ "$$(id -u)" != 0 ]; then echo "Not installed:$$missing. Run: sudo make deps"; exit 1; fi; \
		echo "Installing:$$missing"; \
		tests/support/install-packages $$missing; \
	fi

demo: deps
	@$(MAKE) all
	@MAILTAPD=$(CURDIR)/$(BUILD)/mailtapd MAILTAPCTL=$(CURDIR)/$(BUILD)/mailtapctl tests/demo

# Everything that is quick enough for every change, under ASan and UBSan.
check: deps
	@$(MAKE) ASAN=1 all checks
	@tests/run build/asan

check-long: deps
	@$(MAKE) ASAN=1 all checks
	@LONG=1 tests/run build/asan

CASES ?= ../shared/captures
conformance: all
	@tests/conformance/run --cases "$(CASES)" --daemon $(BUILD)/mailtapd

# What the detectors find of simulated attacks, and say of simulated ordinary weeks: tests/bench/DETECTION.md.
detection: $(SIMULATOR)
	@$(SIMULATOR) >tests/bench/DETECTION.md.new; status=$$?; mv tests/bench/DETECTION.md.new tests/bench/DETECTION.md; \
		sed -n '/^| rule/,$$p' tests/bench/DETECTION.md; exit $$status

$(SIMULATOR): $(patsubst %.c,$(BUILD)/%.o,$(sort $(wildcard tests/simulator/*.c))) $(BUILD)/libsensor.a
	$(call say,LD,$@)
	$(Q)$(CC) $(LDFLAGS_ALL) -o $@ $^ $(LIBS)

# BENCH_MB, BENCH_FLOWS, BENCH_SYNS, BENCH_RUNS, BENCH_FILES, BENCH_PROGRAMS: see tests/bench/run --help. SAVE=1 keeps
# the result in tests/bench/RESULTS.md.
BENCH_PROGRAMS_BUILT = $(patsubst %,$(BUILD)/tests/bench/%,corpus floor measure)
BENCH_OBJECTS = $(patsubst %.c,$(BUILD)/%.o,$(sort $(filter-out tests/bench/floor.c tests/bench/measure.c, \
	$(wildcard tests/bench/*.c))))

bench: all bench-programs
	@tests/bench/run --build $(BUILD) $(if $(SAVE),--save)

# The rate without loss, and the time to an alert, on a veth pair.
bench-live: all bench-programs
	@tests/bench/live --build $(BUILD) $(if $(SAVE),--save)

bench-programs: $(BENCH_PROGRAMS_BUILT)
.PHONY: bench-programs bench-live

$(BUILD)/tests/bench/corpus: $(BENCH_OBJECTS)
	$(call say,LD,$@)
	$(Q)$(CC) $(LDFLAGS_ALL) -o $@ $^

$(BUILD)/tests/bench/floor: $(BUILD)/tests/bench/floor.o $(BUILD)/libsensor.a
	$(call say,LD,$@)
	$(Q)$(CC) $(LDFLAGS_ALL) -o $@ $^ $(LIBS)

$(BUILD)/tests/bench/measure: $(BUILD)/tests/bench/measure.o
	$(call say,LD,$@)
	$(Q)$(CC) $(LDFLAGS_ALL) -o $@ $^

# FUZZ_SECONDS for each fuzzer; FUZZ=name for one of them.
FUZZ_SECONDS ?= 60
FUZZ ?= *
CLANG ?= clang
fuzz:
	@command -v $(CLANG) >/dev/null || { echo "fuzz: needs the Debian packages clang and libclang-rt-14-dev"; exit 1; }
	@$(MAKE) BUILD=build/fuzz CC=$(CLANG) OPTIMISE=-O1 \
		SANITIZE='-fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=undefined' $(FUZZ_PROGRAMS)
	@tests/fuzz/run build/fuzz '$(FUZZ)' $(FUZZ_SECONDS)

build/fuzz/fuzz_%: build/fuzz/tests/fuzz/fuzz_%.o build/fuzz/libsensor.a
	$(call say,LD,$@)
	$(Q)$(CC) $(LDFLAGS_ALL) -fsanitize=fuzzer -o $@ $^ $(LIBS)

install: all
	install -d $(DESTDIR)$(PREFIX)/sbin $(DESTDIR)$(PREFIX)/bin $(DESTDIR)$(SYSCONFDIR)/mailtap/rules \
		$(DESTDIR)$(DATADIR)/schema $(DESTDIR)$(UNITDIR) $(DESTDIR)$(SYSUSERSDIR) $(DESTDIR)$(TMPFILESDIR) \
		$(DESTDIR)$(PREFIX)/share/man/man1 $(DESTDIR)$(PREFIX)/share/man/man5 \
		$(DESTDIR)$(PREFIX)/share/man/man7 $(DESTDIR)$(PREFIX)/share/man/man8 \
		$(DESTDIR)$(PREFIX)/share/bash-completion/completions
	install -m 0755 $(BUILD)/mailtapd $(DESTDIR)$(PREFIX)/sbin/mailtapd
	install -m 0755 $(BUILD)/mailtapctl $(DESTDIR)$(PREFIX)/bin/mailtapctl
	tests/support/install-config config/mailtapd.yaml $(DESTDIR)$(SYSCONFDIR)/mailtap/mailtapd.yaml
	for f in config/rules/*.yaml; do \
		tests/support/install-config $$f $(DESTDIR)$(SYSCONFDIR)/mailtap/rules/$${f##*/}; done
	tests/support/install-config config/rules/indicators.txt $(DESTDIR)$(SYSCONFDIR)/mailtap/rules/indicators.txt
	install -m 0644 config/schema/*.json $(DESTDIR)$(DATADIR)/schema/
	for f in systemd/*.service; do sed -e 's|@PREFIX@|$(PREFIX)|g' -e 's|@SYSCONFDIR@|$(SYSCONFDIR)|g' $$f \
		> $(DESTDIR)$(UNITDIR)/$${f##*/} && chmod 0644 $(DESTDIR)$(UNITDIR)/$${f##*/} || exit 1; done
	install -m 0644 systemd/sysusers.d/mailtap.conf $(DESTDIR)$(SYSUSERSDIR)/mailtap.conf
	install -m 0644 systemd/tmpfiles.d/mailtap.conf $(DESTDIR)$(TMPFILESDIR)/mailtap.conf
	for f in man/*.[1578]; do install -m 0644 $$f $(DESTDIR)$(PREFIX)/share/man/man$${f##*.}/; done
	install -m 0644 config/completion/mailtapd config/completion/mailtapctl \
		$(DESTDIR)$(PREFIX)/share/bash-completion/completions/

# The configuration stays unless it is what was installed.
uninstall:
	rm -f $(DESTDIR)$(PREFIX)/sbin/mailtapd $(DESTDIR)$(PREFIX)/bin/mailtapctl
	rm -f $(DESTDIR)$(UNITDIR)/mailtapd.service $(DESTDIR)$(UNITDIR)/mailtapd@.service
	rm -f $(DESTDIR)$(SYSUSERSDIR)/mailtap.conf $(DESTDIR)$(TMPFILESDIR)/mailtap.conf
	for f in man/*.[1578]; do rm -f $(DESTDIR)$(PREFIX)/share/man/man$${f##*.}/$${f##*/}; done
	rm -f $(DESTDIR)$(PREFIX)/share/bash-completion/completions/mailtapd \
		$(DESTDIR)$(PREFIX)/share/bash-completion/completions/mailtapctl
	rm -rf $(DESTDIR)$(DATADIR)
	for f in mailtapd.yaml $$(cd config && ls rules/*); do \
		cmp -s config/$$f $(DESTDIR)$(SYSCONFDIR)/mailtap/$$f && rm -f $(DESTDIR)$(SYSCONFDIR)/mailtap/$$f; \
		rm -f $(DESTDIR)$(SYSCONFDIR)/mailtap/$$f.new; done; true
	-rmdir $(DESTDIR)$(SYSCONFDIR)/mailtap/rules $(DESTDIR)$(SYSCONFDIR)/mailtap 2>/dev/null

format:
	@command -v clang-format >/dev/null || { echo "format: needs the Debian package clang-format"; exit 1; }
	clang-format -i $$(git ls-files '*.c' '*.h')

# On what changed since BASE (default: the last commit); LINT=all for the whole tree.
lint:
	@tests/lint $(BUILD)

clean:
	rm -rf build

help:
	@echo "make              the daemon and its tool in build/ (V=1 shows commands; ASAN=1, TSAN=1: build/asan, build/tsan)"
	@echo "sudo make demo    installs what is needed, builds, and shows alerts appear on a private network and Redis"
	@echo "sudo make check   all checks that are quick enough for every change, under ASan and UBSan"
	@echo "     make check-long   also those that take long"
	@echo "     make conformance CASES=DIR   facts about other projects' captures (DIR/cases.json)"
	@echo "     make bench   CPU and memory on a corpus of its own, beside other programs (SAVE=1 keeps the result)"
	@echo "     make bench-live   the rate without loss and the time to an alert, on a veth pair"
	@echo "     make fuzz    each fuzzer for FUZZ_SECONDS=60 (FUZZ=smtp for one)"
	@echo "     make install uninstall   with DESTDIR, PREFIX=$(PREFIX), SYSCONFDIR=$(SYSCONFDIR)"
	@echo "     make deps format lint clean"
