# Builds rein. The words a user needs: run, test, test-report, validate, all, check, san, tsan, long, bench, install, clean.
#
#   make VARIANT=debug|release|san|tsan    objects and programs under build/<variant>/
#
# Sources are found by wildcard, dependencies are written by the compiler, the list of test suites is
# grepped from tests/: a new file needs no line here.
VARIANT ?= release
PREFIX ?= /usr/local
DESTDIR ?=
VERSION := 0.1.0
B := build/$(VARIANT)
# V=1 shows the commands.
Q := $(if $(V),,@)
say = $(if $(V),,@printf '  %-5s %s\n' $(1))
JOBS ?= $(shell nproc 2>/dev/null || echo 1)

ifeq ($(origin CC),default)
CC := gcc
endif
# Floating-point flags are part of "same study, same bytes": the compiler fuses and reorders nothing.
FLOAT := -ffp-contract=off -fno-math-errno
WARN := -Wall -Wextra -Wshadow -Wconversion -Wno-sign-conversion -Wstrict-prototypes -Wmissing-prototypes -Wpointer-arith -Wwrite-strings
CPPFLAGS += -I. -I$(B) -D_GNU_SOURCE -DREIN_VERSION='"$(VERSION)"' -DREIN_FLOAT_FLAGS='"$(FLOAT)"' \
  -isystem /usr/include/suitesparse -isystem /usr/include/hdf5/serial
# Debian has HDF5 under a name of its own beside that with MPI.
HDF5 := $(if $(wildcard /usr/include/hdf5/serial/hdf5.h),hdf5_serial,hdf5)
CFLAGS ?= -g
CFLAGS += -std=c11 -fPIC -fvisibility=hidden $(FLOAT) $(WARN) $(EXTRA_CFLAGS)
LDFLAGS += -Wl,--as-needed
LDLIBS := -lsundials_cvode -lsundials_nvecserial -lsundials_sunmatrixsparse -lsundials_sunlinsolklu \
  -lsundials_generic -lklu -lbtf -lamd -lcolamd -lsuitesparseconfig -lgsl -lgslcblas -lsleef -lyaml \
  -lnetcdf -l$(HDF5) -ludunits2 -ljansson -lcairo $(if $(wildcard src/import/*sbml*.c),-lsbml) -lpthread -lm
CHECK_LIBS := -lcheck -lsubunit -lrt

ifeq ($(VARIANT),release)
CFLAGS += -O2
TEAM := -fopenmp
else ifeq ($(VARIANT),debug)
CFLAGS += -O0
TEAM := -fopenmp
else ifeq ($(VARIANT),san)
CFLAGS += -O1 -fno-omit-frame-pointer -fsanitize=address,undefined -fno-sanitize-recover=undefined
TEAM := -fopenmp
else ifeq ($(VARIANT),tsan)
# gcc's thread sanitizer does not understand libgomp: team.c then uses plain threads.
CFLAGS += -O1 -fno-omit-frame-pointer -fsanitize=thread
CPPFLAGS += -DREIN_TEAM_PTHREAD
else ifeq ($(VARIANT),werror)
CFLAGS += -O2 -Werror
TEAM := -fopenmp
else
$(error VARIANT is release, debug, san or tsan, not "$(VARIANT)")
endif
CFLAGS += $(TEAM)
LDFLAGS += $(filter -fsanitize=%,$(CFLAGS))

# lane_kernels.c is compiled once for each instruction set; only x86-64 has more than the plain one.
LANE_WIDTHS := 64 $(if $(findstring x86_64,$(shell $(CC) -dumpmachine)),256 512)
LANE_FLAGS_64 := -O3
LANE_FLAGS_256 := -O3 -mavx2 -mfma
LANE_FLAGS_512 := -O3 -mavx512f -mavx512dq -mavx512vl -mfma

LIB_SRC := $(filter-out solver/lane_kernels.c,$(wildcard solver/*.c)) $(wildcard src/*.c) \
  $(filter-out src/cli/%,$(wildcard src/*/*.c))
CLI_SRC := $(wildcard src/cli/*.c)
TEST_SRC := $(shell find tests -name '*.c' -not -path 'tests/bench/*' -not -path 'tests/fuzz/*' -not -path 'tests/conformance/*' -not -path 'tests/petab/*' -not -path 'tests/dosing/*' -not -path 'tests/cvodes/*' 2>/dev/null | sort)
BENCH_MODELS := $(wildcard tests/bench/*.yaml)
FUZZ_SRC := $(wildcard tests/fuzz/fuzz_*.c)

LIB_OBJ := $(LIB_SRC:%.c=$(B)/%.o) \
  $(if $(wildcard solver/lane_kernels.c),$(LANE_WIDTHS:%=$(B)/solver/lane_kernels_%.o))
CLI_OBJ := $(CLI_SRC:%.c=$(B)/%.o)
TEST_OBJ := $(TEST_SRC:%.c=$(B)/%.o)
BENCH_OBJ := $(B)/tests/bench/bench.o $(B)/tests/bench/bench_study.o $(B)/tests/bench/plain.o $(BENCH_MODELS:tests/bench/%.yaml=$(B)/bench_models/%.o)
DEPS := $(patsubst %.o,%.d,$(LIB_OBJ) $(CLI_OBJ) $(TEST_OBJ) $(BENCH_OBJ) $(B)/tests/dosing/dosing.o)

.PHONY: all lib program objects tests run test test-report validate check quick-check san tsan long bench fuzz dosing install uninstall clean \
  format packages conformance petab fuzz-library FORCE
.SUFFIXES:
.DELETE_ON_ERROR:
.SECONDARY:

all: program lib $(B)/rein.pc

program: $(B)/rein
lib: $(B)/librein.a $(B)/librein.so
tests: $(B)/run_tests $(B)/cvodes_forward
objects: $(LIB_OBJ) $(CLI_OBJ) $(TEST_OBJ)

# ---- compiling ----
# The flags are a prerequisite too: another PREFIX or compiler option compiles again what it concerns.
$(B)/flags: FORCE
	@mkdir -p $(@D); printf '%s\n' '$(CC) $(subst ','\'',$(CPPFLAGS)) $(CFLAGS)' > $@.new; \
	cmp -s $@.new $@ && rm -f $@.new || mv $@.new $@

$(B)/share_dir.h: FORCE
	@mkdir -p $(@D); printf '#define REIN_SHARE_DIR "%s/share/rein"\n' '$(PREFIX)' > $@.new; \
	cmp -s $@.new $@ && rm -f $@.new || mv $@.new $@

$(B)/%.o: %.c $(B)/flags | $(B)/share_dir.h
	@mkdir -p $(@D)
	$(call say,CC $<)
	$(Q)$(CC) $(CPPFLAGS) $(CFLAGS) -MMD -MP -c $< -o $@

$(B)/solver/lane_kernels_%.o: solver/lane_kernels.c $(B)/flags
	@mkdir -p $(@D)
	$(call say,CC '$< for $* bits')
	$(Q)$(CC) $(CPPFLAGS) $(CFLAGS) $(LANE_FLAGS_$*) -DREIN_LANES=$* -MMD -MP -c $< -o $@

# Suites are found by name, not through headers.
$(B)/tests/%.o: CFLAGS += -Wno-missing-prototypes

$(B)/librein.a: $(LIB_OBJ)
	@rm -f $@
	$(call say,AR $@)
	$(Q)ar rcs $@ $^

$(B)/librein.so: $(LIB_OBJ)
	$(call say,LINK $@)
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) -shared -Wl,-soname,librein.so.0 $^ $(LDLIBS) -o $@ && ln -sf librein.so $(@D)/librein.so.0

$(B)/rein: $(CLI_OBJ) $(B)/librein.a
	$(call say,LINK $@)
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) $^ $(LDLIBS) -o $@

# ---- tests ----
$(B)/suites.inc: FORCE
	@mkdir -p $(@D); grep -rhoE '^Suite \*rein_suite_[a-z0-9_]+\(void\) *\{' tests --include='*.c' \
	  | sed -E 's/^Suite \*(rein_suite_[a-z0-9_]+).*/SUITE(\1)/' | sort > $@.new; \
	cmp -s $@.new $@ && rm -f $@.new || mv $@.new $@

$(B)/tests/run_tests.o: $(B)/suites.inc

# Allocations of rein's own objects go through tests/fault/fault.c, which makes them fail.
WRAP := $(foreach f,malloc calloc realloc aligned_alloc rein_method_dense rein_method_dense_lanes \
  $(addprefix rein_arena_,alloc grow strdup strndup printf vprintf defer) \
  $(addsuffix alloc,gsl_eigen_symmv_ gsl_interp_ gsl_matrix_ gsl_matrix_c gsl_qrng_ gsl_root_fsolver_ \
  gsl_vector_),-Wl,--wrap=$(f))
$(B)/run_tests: $(TEST_OBJ) $(filter-out %/main.o,$(CLI_OBJ)) $(B)/librein.a
	$(call say,LINK $@)
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) $(WRAP) $^ $(CHECK_LIBS) $(LDLIBS) -o $@

SAN_ENV := ASAN_OPTIONS=detect_stack_use_after_return=1 UBSAN_OPTIONS=print_stacktrace=1 \
  LSAN_OPTIONS=suppressions=tests/tools/leaks.supp:print_suppressions=0 TSAN_OPTIONS=halt_on_error=1 \
  CK_TIMEOUT_MULTIPLIER=20
# A program of its own: CVODES exports the names of CVODE.
$(B)/cvodes_forward: tests/cvodes/forward.c
	@mkdir -p $(@D)
	$(call say,LINK $@)
	$(Q)$(CC) -std=c11 -O2 $(WARN) -Wno-strict-prototypes $< -lsundials_cvodes -lsundials_nvecserial \
	  -lsundials_sunmatrixdense -lsundials_sunlinsoldense -lsundials_generic -lm -o $@

TEST_ENV := REIN_TEST_PROGRAM=$(B)/rein

test:
	@tests/tools/install.sh test
	@$(MAKE) --no-print-directory -j$(JOBS) program tests
	@$(TEST_ENV) $(B)/run_tests $(SUITES)

run:
	@tests/tools/install.sh run
	@$(MAKE) --no-print-directory -j$(JOBS) program
	@tests/tools/first_run.sh $(B)/rein

san:
	@tests/tools/install.sh test
	@$(MAKE) --no-print-directory -j$(JOBS) VARIANT=san program tests
	@$(SAN_ENV) REIN_TEST_PROGRAM=build/san/rein build/san/run_tests $(SUITES)

tsan:
	@tests/tools/install.sh test
	@$(MAKE) --no-print-directory -j$(JOBS) VARIANT=tsan program tests
	@$(SAN_ENV) REIN_TEST_PROGRAM=build/tsan/rein build/tsan/run_tests $(SUITES)

# Reports in headless Chromium; where it is not there and not to be installed, its tests are counted as skipped.
test-report:
	@tests/tools/install.sh report || echo "test-report: without Chromium"
	@$(MAKE) --no-print-directory -j$(JOBS) program tests
	@$(TEST_ENV) REIN_TEST_BROWSER="$$(command -v chromium || command -v chromium-browser || :)" \
	  $(B)/run_tests report_browser

# All shipped models against all their data, by the one rule; code 1 of the program says that members failed.
validate:
	@tests/tools/install.sh run
	@$(MAKE) --no-print-directory -j$(JOBS) program
	@$(B)/rein validate --format markdown --individual-data -o docs/validation.md \
	  $(sort $(wildcard models/*/validate/*.yaml)) || [ $$? = 1 ]
	@tail -1 docs/validation.md

# Warnings are errors, includes go one way, files stay short, code is formatted, text is clean. Under a minute.
check:
	@tests/tools/install.sh test
	@tests/tools/check_source.sh
	@$(MAKE) --no-print-directory -j$(JOBS) VARIANT=werror objects
	@echo "check: fine"

# ---- long checks ----
FUZZ_SECONDS ?= 600
FUZZ_BIN := $(FUZZ_SRC:tests/fuzz/%.c=build/fuzz/%)

# With clang, libFuzzer; without, tests/fuzz/standalone.c changes the seeds at random. Both under the sanitizers.
ifneq ($(shell command -v clang 2>/dev/null),)
# One rule for the library that all targets share: two of them must not make it at once.
fuzz-library: FORCE
	@$(MAKE) --no-print-directory -j$(JOBS) VARIANT=debug CC=clang B=build/fuzz/lib TEAM= LDFLAGS= \
	  EXTRA_CFLAGS='-O1 -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=undefined -DREIN_TEAM_PTHREAD' \
	  build/fuzz/lib/librein.a

build/fuzz/%: tests/fuzz/%.c fuzz-library
	clang -I. -D_GNU_SOURCE -std=c11 -g -O1 -fsanitize=fuzzer,address,undefined $< build/fuzz/lib/librein.a $(LDLIBS) -o $@
# Whole paths: a target may go to a folder of its own.
RUN_FUZZ = build/fuzz/$$f -max_total_time=$(FUZZ_SECONDS) -timeout=60 -rss_limit_mb=2048 -verbosity=0 \
  -artifact_prefix=$(CURDIR)/build/fuzz/found- $(CURDIR)/build/fuzz/corpus/$$f $(CURDIR)/tests/fuzz/seeds/$$f
else
fuzz-library: FORCE
	@$(MAKE) --no-print-directory -j$(JOBS) VARIANT=san build/san/librein.a

build/fuzz/%: tests/fuzz/%.c tests/fuzz/standalone.c fuzz-library
	@mkdir -p $(@D)
	$(CC) -I. -D_GNU_SOURCE -std=c11 -g -O1 -fopenmp -fsanitize=address,undefined $< tests/fuzz/standalone.c \
	  build/san/librein.a $(LDLIBS) -o $@
RUN_FUZZ = REIN_FUZZ_LAST=$(CURDIR)/build/fuzz/last-$$f build/fuzz/$$f $(CURDIR)/tests/fuzz/seeds/$$f $(FUZZ_SECONDS)
endif

fuzz:
	@tests/tools/install.sh test
	@$(MAKE) --no-print-directory $(FUZZ_BIN)
	@for f in $(FUZZ_SRC:tests/fuzz/%.c=%); do \
	  mkdir -p build/fuzz/corpus/$$f; echo "fuzz: $$f for $(FUZZ_SECONDS) s"; \
	  LSAN_OPTIONS=suppressions=tests/tools/leaks.supp $(RUN_FUZZ) || exit 1; \
	done

long: test san tsan
	@$(MAKE) --no-print-directory fuzz
	@REIN_TEST_LONG=1 $(TEST_ENV) $(B)/run_tests

# The yardstick of `make bench`: a model's equations as C, compiled as well as one can for this very machine.
FAST := -std=gnu11 -O3 -march=native -I.
$(B)/write_reference: $(B)/tests/bench/write_reference.o $(B)/librein.a
	$(call say,LINK $@)
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) $^ $(LDLIBS) -o $@

$(B)/bench_models/%.c: tests/bench/%.yaml $(B)/write_reference
	@mkdir -p $(@D)
	$(B)/write_reference $< $* > $@

$(B)/bench_models/%.o: $(B)/bench_models/%.c
	$(CC) $(FAST) -c $< -o $@

$(B)/tests/bench/plain.o: tests/bench/plain.c tests/bench/plain.h
	@mkdir -p $(@D)
	$(CC) $(FAST) -c $< -o $@

$(B)/bench: $(BENCH_OBJ) $(B)/librein.a
	$(call say,LINK $@)
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) $^ $(LDLIBS) -o $@

bench:
	@tests/tools/install.sh test
	@$(MAKE) --no-print-directory -j$(JOBS) program $(B)/bench
	@REIN_TEST_PROGRAM=$(B)/rein $(B)/bench $(BENCH_MODELS)

# Dosing regimens against another simulator's answers: make dosing CASES=folder, one folder a case.
$(B)/dosing: $(B)/tests/dosing/dosing.o $(B)/librein.a
	$(call say,LINK $@)
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) $^ $(LDLIBS) -o $@

dosing:
	@test -n "$(CASES)" || { echo "dosing: say where the cases are: make dosing CASES=folder"; exit 2; }
	@tests/tools/install.sh test
	@$(MAKE) --no-print-directory -j$(JOBS) $(B)/dosing
	@$(B)/dosing "$(CASES)"

# ---- installing ----
$(B)/rein.pc: src/rein.pc.in Makefile FORCE
	@mkdir -p $(@D); sed -e 's|@PREFIX@|$(PREFIX)|' -e 's|@VERSION@|$(VERSION)|' -e 's|@LIBS@|$(LDLIBS) $(TEAM)|' $< > $@

install: all
	install -d $(DESTDIR)$(PREFIX)/bin $(DESTDIR)$(PREFIX)/include $(DESTDIR)$(PREFIX)/lib/pkgconfig \
	  $(DESTDIR)$(PREFIX)/share/man/man1 $(DESTDIR)$(PREFIX)/share/rein
	install -m 755 $(B)/rein $(DESTDIR)$(PREFIX)/bin/rein
	install -m 644 src/rein.h $(DESTDIR)$(PREFIX)/include/rein.h
	install -m 644 $(B)/librein.a $(DESTDIR)$(PREFIX)/lib/librein.a
	install -m 755 $(B)/librein.so $(DESTDIR)$(PREFIX)/lib/librein.so.0
	ln -sf librein.so.0 $(DESTDIR)$(PREFIX)/lib/librein.so
	install -m 644 $(B)/rein.pc $(DESTDIR)$(PREFIX)/lib/pkgconfig/rein.pc
	install -m 644 docs/rein.1 $(DESTDIR)$(PREFIX)/share/man/man1/rein.1
	rm -rf $(DESTDIR)$(PREFIX)/share/rein/models $(DESTDIR)$(PREFIX)/share/rein/scenarios
	cp -R models scenarios $(DESTDIR)$(PREFIX)/share/rein/

uninstall:
	rm -f $(DESTDIR)$(PREFIX)/bin/rein $(DESTDIR)$(PREFIX)/include/rein.h $(DESTDIR)$(PREFIX)/lib/librein.* \
	  $(DESTDIR)$(PREFIX)/lib/pkgconfig/rein.pc $(DESTDIR)$(PREFIX)/share/man/man1/rein.1
	rm -rf $(DESTDIR)$(PREFIX)/share/rein

format:
	clang-format -i $$(find src solver tests -name '*.[ch]')

packages:
	@tests/tools/install.sh list

clean:
	rm -rf build

# ---- SBML semantic test suite ----
# SUITE: a folder with cases/NNNNN and index.tsv. Fails when a case that is expected to pass does not.
CONFORMANCE_OBJ := $(patsubst %.c,$(B)/%.o,$(wildcard tests/conformance/*.c))

$(B)/conformance: $(CONFORMANCE_OBJ) $(B)/librein.a
	$(CC) $(CFLAGS) $(LDFLAGS) $^ $(LDLIBS) -o $@

conformance:
	@test -n "$(SUITE)" || { echo "conformance: say where the suite is: make conformance SUITE=folder"; exit 2; }
	@$(MAKE) --no-print-directory -j$(JOBS) $(B)/conformance
	@$(B)/conformance "$(SUITE)" --expected tests/conformance/expected.txt

# ---- PEtab problems ----
# PROBLEMS: a folder with reference.tsv and a folder for each problem. Fails when one does not agree.
PETAB_OBJ := $(patsubst %.c,$(B)/%.o,$(wildcard tests/petab/*.c))

$(B)/petab: $(PETAB_OBJ) $(B)/librein.a
	$(CC) $(CFLAGS) $(LDFLAGS) $^ $(LDLIBS) -o $@

petab:
	@test -n "$(PROBLEMS)" || { echo "petab: say where the problems are: make petab PROBLEMS=folder"; exit 2; }
	@$(MAKE) --no-print-directory -j$(JOBS) $(B)/petab
	@$(B)/petab "$(PROBLEMS)"

# Dependency files come with the objects: nothing is to be made for them.
$(DEPS): ;
-include $(DEPS)
