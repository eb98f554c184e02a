# What can be done with this project: see "make help".
#
# Everything that is made lies below $(BUILD); another directory may be given
# (make BUILD=/somewhere/else).  V=1 shows whole commands.

SHELL      := /bin/sh
BUILD      ?= build
CC         := gcc
CLANG      ?= clang
CFLAGS     ?= -O2 -g
PKG_CONFIG ?= pkg-config
JOBS       ?= 2

Q := $(if $(V),,@)

# the directory of this file: rules work from there

root  := $(dir $(abspath $(lastword $(MAKEFILE_LIST))))
out   := $(abspath $(BUILD))

# What the recogniser is made of besides; see make recognizer.

ONNXRUNTIME_INCLUDE ?= $(out)/recognizer/include
ONNXRUNTIME_LIB     ?= $(out)/recognizer/lib/libonnxruntime.so.1
MODELS              ?= $(out)/recognizer/models

# Warnings come from the plain objects: gcc's own manual calls some of them
# unreliable beside sanitizers.

warnings  := -std=gnu11 -Wall -Wextra -Werror
includes  := -Isrc/core -Isrc/recognizer -I$(ONNXRUNTIME_INCLUDE)
sanitize  := -O1 -g -w -fno-omit-frame-pointer \
             -fsanitize=address,undefined -fno-sanitize-recover=all

# what is installed: hardened as the distribution does it, and with its paths

PREFIX   ?= /usr
DOC_DIR  ?= $(PREFIX)/share/doc/registration
share    := $(PREFIX)/share/registration
hardened  = $(shell dpkg-buildflags --get CFLAGS 2> /dev/null) \
            $(shell dpkg-buildflags --get CPPFLAGS 2> /dev/null) \
            -DREG_SQL_DIR='"$(share)/sql"' \
            -DREG_MODELS_DIR='"$(share)/models"'

core_packages := jansson libturbojpeg libjpeg libsodium pwquality liboath \
                 cairo-ft fontconfig
ctl_packages  := $(core_packages) libpq libqrencode
serve_packages := $(core_packages) libseccomp
unit_packages := $(core_packages) cmocka

core_sources := $(sort $(wildcard src/core/*.c))
ctl_sources  := $(sort $(wildcard src/ctl/*.c))
serve_sources := $(sort $(wildcard src/recognizer/recognizer_*.c))
engine_sources := $(sort $(wildcard src/recognizer/reg_ocr*.c))
pure_sources := $(addprefix src/recognizer/reg_ocr_,address.c alike.c \
                    alphabet.c card.c cells.c chain.c ctc.c digits.c fields.c \
                    fields_card.c fields_licence.c fields_passport.c find.c \
                    geometry.c group.c licence_spots.c licence_types.c mrz.c \
                    names.c page.c place.c places.c places_authority.c \
                    places_company.c result.c screen.c streets.c trades.c \
                    villages.c words.c zone.c)
unit_sources := $(sort $(wildcard t/unit/test_*.c))
fuzz_sources := $(sort $(wildcard t/fuzz/fuzz_*.c))

unit_names   := $(unit_sources:t/unit/%.c=%)
fuzz_names   := $(fuzz_sources:t/fuzz/%.c=%)

# quiet: make itself is read before "make packages" has brought the tools

libs = $(shell $(PKG_CONFIG) --libs $(1) 2> /dev/null) -lm
defs = $(shell $(PKG_CONFIG) --cflags-only-I $(1) 2> /dev/null)

.DELETE_ON_ERROR:
.SECONDARY:
.PHONY: all help packages module ctl recognizer scripted data pages run stop \
        test unit unit-plain unit-sanitized fuzz cross sanitize prove \
        prove-sanitized browser budget audit bench bench-recognition \
        bench-queue specimens examples recognition-report install \
        install-files install-recognizer install-parts deb lint clean

all: module ctl data pages

help:
	@sed -n 's/^## //p' $(root)Makefile

## make             the module, registrationctl, the data files and the pages
## make packages    installs the Debian packages that are missing (root)
packages:
	$(Q)tools/packages build run test


## make module      the dynamic module for the distribution's nginx
module:
	$(Q)MAKE='$(MAKE) -j$(JOBS)' tools/module $(out)


# A set of objects: $(1) its directory, $(2) the compiler, $(3) its flags.

define objects
$(out)/$(1)/%.o: %.c Makefile
	@mkdir -p $$(@D)
	@echo "  CC      $$<$(if $(4), ($(4)))"
	$$(Q)$(2) $(warnings) $(3) $(includes) $(defines) -MMD -MP -c -o $$@ $$<

$(out)/$(1)/libcore.a: $(core_sources:%.c=$(out)/$(1)/%.o)
	@mkdir -p $$(@D)
	$$(Q)rm -f $$@ && ar rcs $$@ $$^
endef

defines := $(call defs,$(ctl_packages))

$(eval $(call objects,plain,$(CC),$(CFLAGS) -DREG_SQL_DIR='"$(root)sql"' \
                      -DREG_MODELS_DIR='"$(MODELS)"'))
$(eval $(call objects,sanitized,$(CC),$(sanitize),sanitized))
$(eval $(call objects,fuzz,$(CLANG),$(sanitize) -fsanitize=fuzzer-no-link,fuzz))
$(eval $(call objects,installed,$(CC),$(hardened),installed))


## make ctl         the command registrationctl
ctl: $(out)/registrationctl

$(out)/registrationctl: $(ctl_sources:%.c=$(out)/plain/%.o) \
                        $(out)/plain/libcore.a
	@echo "  LINK    $(@F)"
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(call libs,$(ctl_packages))


## make recognizer  the program that reads pictures; fetches its models and ONNX
##                  Runtime, once, into $(BUILD)/recognizer
recognizer: $(out)/data/regions.json
	$(Q)tools/packages build recognizer
	$(Q)tools/recognizer $(out)
	$(Q)cp $(out)/data/regions.json $(out)/recognizer/models/
	$(Q)$(MAKE) --no-print-directory -s $(out)/registration-recognizer

# and for the package with the distribution's flags

$(out)/registration-recognizer: $(serve_sources:%.c=$(out)/plain/%.o) \
                                $(engine_sources:%.c=$(out)/plain/%.o) \
                                $(out)/plain/libcore.a
	@echo "  LINK    $(@F)"
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(ONNXRUNTIME_LIB) \
	    -Wl,-rpath,$(dir $(ONNXRUNTIME_LIB)) \
	    $(call libs,$(serve_packages) lept) -lpthread

$(out)/installed/registration-recognizer: \
                            $(serve_sources:%.c=$(out)/installed/%.o) \
                            $(engine_sources:%.c=$(out)/installed/%.o) \
                            $(out)/installed/libcore.a
	@echo "  LINK    $(@F) (installed)"
	$(Q)$(CC) $(hardened) $(shell dpkg-buildflags --get LDFLAGS) -o $@ $^ \
	    $(ONNXRUNTIME_LIB) -Wl,-rpath,$(PREFIX)/lib/registration \
	    $(call libs,$(serve_packages) lept) -lpthread

# the recogniser around an engine that needs no models, for the tests

scripted: $(out)/recognizer-scripted

$(out)/recognizer-scripted: $(serve_sources:%.c=$(out)/plain/%.o) \
                            $(out)/plain/t/lib/scripted_ocr.o \
                            $(out)/plain/libcore.a
	@echo "  LINK    $(@F)"
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(call libs,$(serve_packages)) \
	    -lpthread


## make run         starts PostgreSQL, Redis, a mail inbox and nginx, all private
##                  to $(BUILD)/run; the pages are on http://localhost:8080/;
##                  another port: make run PORT=8081
PORT ?= 8080

run:
	$(Q)tools/packages build run
	$(Q)$(MAKE) --no-print-directory all
	$(Q)$(MAKE) --no-print-directory recognizer || echo "$$without"
	$(Q)tools/run $(out) $(PORT)

## make stop        ends what make run started; the data stay
stop:
	$(Q)tools/stop $(out)


## make test        installs what is missing and runs all that follows; JOBS=2
test:
	$(Q)tools/packages run test
	$(Q)$(MAKE) --no-print-directory recognizer || echo "$$without"
	$(Q)MAKE='$(MAKE) --no-print-directory' tools/test $(out)

## make unit        the core's unit tests, plain and sanitized; one of them:
##                  make unit UNIT=test_multipart
UNIT ?= $(unit_names)

unit: unit-plain unit-sanitized

unit-plain: $(UNIT:%=$(out)/unit/%)
	$(Q)tools/unit plain $^

unit-sanitized: $(UNIT:%=$(out)/unit-sanitized/%)
	$(Q)tools/unit sanitized $^

$(out)/unit/%: $(out)/plain/t/unit/%.o $(out)/plain/libcore.a
	@mkdir -p $(@D)
	$(Q)$(CC) $(CFLAGS) -o $@ $(filter %.o,$^) $(filter %.a,$^) \
	    $(call libs,$(unit_packages))

$(out)/unit-sanitized/%: $(out)/sanitized/t/unit/%.o $(out)/sanitized/libcore.a
	@mkdir -p $(@D)
	$(Q)$(CC) $(sanitize) -o $@ $(filter %.o,$^) $(filter %.a,$^) \
	    $(call libs,$(unit_packages))

# what the recogniser does with a page once it is read needs no runtime, nor
# do the pixels that the models get and the arithmetic of their activation

page_names := $(addprefix test_ocr_,boxes ctc fields passport places)

$(page_names:%=$(out)/unit/%): $(pure_sources:%.c=$(out)/plain/%.o)
$(page_names:%=$(out)/unit-sanitized/%): $(pure_sources:%.c=$(out)/sanitized/%.o)

pixel_sources := $(addprefix src/recognizer/reg_ocr_,image.c geometry.c)
swish_sources := src/recognizer/reg_ocr_hard_swish.c

$(out)/unit/test_ocr_image: $(pixel_sources:%.c=$(out)/plain/%.o)
$(out)/unit-sanitized/test_ocr_image: $(pixel_sources:%.c=$(out)/sanitized/%.o)

$(out)/unit/test_ocr_hard_swish: $(swish_sources:%.c=$(out)/plain/%.o)
$(out)/unit-sanitized/test_ocr_hard_swish: \
                                $(swish_sources:%.c=$(out)/sanitized/%.o)


## make fuzz        every fuzz target for FUZZ_TIME=10 seconds
FUZZ_TIME ?= 10
FUZZ      ?= $(fuzz_names)

fuzz: $(FUZZ:%=$(out)/fuzz/%)
	$(Q)tools/fuzz $(out)/fuzz $(FUZZ_TIME) $(FUZZ)

$(out)/fuzz/fuzz_%: $(out)/fuzz/t/fuzz/fuzz_%.o $(out)/fuzz/libcore.a
	$(Q)$(CLANG) $(sanitize) -fsanitize=fuzzer -o $@ $^ \
	    $(call libs,$(core_packages))


## make cross       the number rules against other people's implementations
cross: data $(out)/cross/numbers
	$(Q)tools/cross $(out)

$(out)/cross/numbers: $(out)/plain/t/cross/numbers.o $(out)/plain/libcore.a
	@mkdir -p $(@D)
	$(Q)$(CC) $(CFLAGS) -o $@ $^ $(call libs,$(core_packages))


## make sanitize    nginx from source, the module in it, under ASan and UBSan
sanitize:
	$(Q)MAKE='$(MAKE) -j$(JOBS)' tools/nginx-sanitized $(out)


## make prove       t/*.t against the distribution's nginx; some of them:
##                  make prove T=t/draft.t
## make prove-sanitized   the same against the sanitizer build
T ?= $(waits) $(filter-out $(waits),$(sort $(wildcard t/*.t)))

# most of its time it waits for what comes a minute later: beside all others

waits = t/outbox.t

prove: module ctl data scripted $(out)/specimens/draw
	$(Q)REG_BUILD=$(out) REG_NGINX=$(nginx) \
	    REG_MODULE=$(out)/ngx_http_registration_module.so \
	    tools/prove plain $(out) $(T)

prove-sanitized: sanitize ctl data scripted $(out)/specimens/draw
	$(Q)REG_BUILD=$(out) REG_NGINX=$(out)/nginx-sanitized/nginx REG_MODULE= \
	    tools/prove sanitized $(out) $(T)

## make browser     t/browser/*.t: the pages in chromium, as telephone and as
##                  desktop; screenshots in $(BUILD)/screenshots; some of them:
##                  make browser B=t/browser/login.t
B ?= $(sort $(wildcard t/browser/*.t))

browser: module ctl data pages $(out)/specimens/draw
	$(Q)tools/browser $(out)
	$(Q)REG_BUILD=$(out) REG_NGINX=$(nginx) PROVE_JOBS=2 \
	    tools/prove browser $(out) $(B)

nginx = $(shell PATH=$$PATH:/usr/sbin command -v nginx)


## make bench       the module beside the limits of what it is made of, in
##                  about five minutes; ROUNDS=3; ONLY="uploads memory codes
##                  sessions passwords latency statements" or some of these
ROUNDS ?= 3

bench:
	$(Q)tools/packages build run bench
	$(Q)$(MAKE) --no-print-directory all $(out)/specimens/draw \
	    $(out)/bench/jpeg_floor $(out)/bench/argon2_floor
	$(Q)tools/bench $(out) $(ROUNDS) $(ONLY)

## make bench-recognition   sessions and uploads while the recogniser is killed,
##                  hung, overrun, fed garbage or not there, in about five
##                  minutes; ROUNDS=3
bench-recognition:
	$(Q)tools/packages build run bench recognizer
	$(Q)tools/recognizer $(out)
	$(Q)$(MAKE) --no-print-directory all $(out)/specimens/draw \
	    $(out)/registration-recognizer $(out)/bench/argon2_floor
	$(Q)tools/bench $(out) $(ROUNDS) recognition

## make bench-queue the reviewers' queue at ROWS=1000000 applications: its
##                  10,000th page beside its first, and its filters
ROWS ?= 1000000

bench-queue:
	$(Q)tools/packages build run bench
	$(Q)$(MAKE) --no-print-directory -s ctl
	$(Q)REG_BUILD=$(out) perl -It/lib t/bench/queue.pl $(ROWS)

$(out)/bench/%_floor: t/bench/%_floor.c Makefile
	@mkdir -p $(@D)
	$(Q)$(CC) $(warnings) $(CFLAGS) $(call defs,libjpeg libsodium) -pthread \
	    -o $@ $< $(call libs,libjpeg libsodium)


## make specimens   pictures of no real document to try the service with, in
##                  $(BUILD)/specimens; more of them, and faulty ones:
##                  $(BUILD)/specimens/draw
specimens:
	$(Q)tools/packages specimens
	$(Q)$(MAKE) --no-print-directory $(specimens)

specimen_kinds   := id_card_portrait id_card_emblem id_card_handheld licence \
                    passport_page
specimens        := $(specimen_kinds:%=$(out)/specimens/%.jpg)
specimen_sources := $(sort $(wildcard t/specimen/*.c))

$(out)/specimens/%.jpg: $(out)/specimens/draw
	@echo "  DRAW    $@"
	$(Q)$< --kind $* $(specimen_$*) $@ > /dev/null

# the person and the company that README.md registers

specimen_person := --name 样本戊 --number 410105197412058432 \
                   --address 河南省郑州市金水区样本路1号 \
                   --from 2024.03.15 --until 长期

specimen_id_card_portrait := $(specimen_person)
specimen_id_card_emblem   := $(specimen_person)
specimen_id_card_handheld := $(specimen_person)
specimen_licence          := --name 样本文化有限公司

$(out)/specimens/draw: $(specimen_sources) $(wildcard t/specimen/*.h) \
                       $(out)/data/regions.json Makefile
	@mkdir -p $(@D)
	@echo "  LINK    specimens/draw"
	$(Q)$(CC) $(warnings) $(CFLAGS) -O3 $(call defs,cairo jansson) \
	    -DSPECIMEN_REGIONS='"$(out)/data/regions.json"' -o $@ \
	    $(specimen_sources) $(call libs,cairo libjpeg jansson)


## make examples    the pages' example pictures, in $(BUILD)/examples
examples := $(specimen_kinds:%=$(out)/examples/%.jpg)

examples: $(examples)

$(out)/examples/%.jpg: $(out)/specimens/draw
	@mkdir -p $(@D)
	@echo "  DRAW    $@"
	$(Q)$< --kind $* --level example --size $(example_size) --seed 7 $@ \
	    > /dev/null

example_size = $(if $(filter id_card_handheld,$*),480x600,480x330)


## make recognition-report   how well the recogniser reads freshly drawn
##                  specimens, at what cost: FIRST=new, or a seed to see the
##                  same ones again; PICTURES=40 of each kind and level;
##                  ONLY="licence hard faults" or some of these; DEADLINE=3000
##                  milliseconds a picture
FIRST    ?= new
PICTURES ?= 40
DEADLINE ?= 3000

recognition-report: $(out)/data/regions.json
	$(Q)tools/packages build recognizer
	$(Q)tools/recognizer $(out)
	$(Q)cp $(out)/data/regions.json $(out)/recognizer/models/
	$(Q)$(MAKE) --no-print-directory $(out)/specimens/draw \
	    $(out)/recognition/reader
	$(Q)REG_MODELS='$(MODELS)' REG_DEADLINE='$(DEADLINE)' \
	    tools/recognition-report $(out) '$(FIRST)' '$(PICTURES)' $(ONLY)

$(out)/recognition/reader: $(out)/plain/t/recognition/reader.o \
                           $(engine_sources:%.c=$(out)/plain/%.o) \
                           $(out)/plain/libcore.a
	@mkdir -p $(@D)
	@echo "  LINK    recognition/reader"
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(ONNXRUNTIME_LIB) \
	    -Wl,-rpath,$(dir $(ONNXRUNTIME_LIB)) \
	    $(call libs,$(core_packages) lept) -pthread


## make data        regions.json and holidays.json, from their npm packages
data: $(out)/data/regions.json
	@:

$(out)/data/regions.json: $(wildcard data/*.mjs data/*.json)
	$(Q)tools/data $(out)


## make pages       what applicants and reviewers see, in $(BUILD)/html
pages: $(out)/html/index.html
	@:

$(out)/html/index.html: tools/pages $(examples) $(shell find $(root)html -type f \
                            -not -path '*/node_modules/*')
	$(Q)tools/pages $(out)


## make install     module, registrationctl and what they read, below $(DESTDIR)
parts = $(and $(wildcard $(ONNXRUNTIME_LIB)),$(wildcard $(MODELS)/*.txt))

install: module install-files $(if $(parts),install-recognizer)
	install -D -m 644 $(out)/ngx_http_registration_module.so \
	    $(DESTDIR)$(modules_path)/ngx_http_registration_module.so

install-files: $(out)/installed/registrationctl data pages
	install -D -m 755 $< $(DESTDIR)$(PREFIX)/sbin/registrationctl
	install -D -m 644 man/registrationctl.8 \
	    $(DESTDIR)$(PREFIX)/share/man/man8/registrationctl.8
	install -d $(DESTDIR)$(share)/sql $(DESTDIR)$(share)/mail \
	    $(DESTDIR)/etc/registration $(DESTDIR)/var/lib/registration
	install -m 644 sql/*.sql $(DESTDIR)$(share)/sql
	install -m 644 conf/mail/*.txt $(DESTDIR)$(share)/mail
	install -m 644 conf/form.json openapi.yaml $(out)/data/regions.json \
	    $(out)/data/holidays.json $(DESTDIR)$(share)
	rm -rf $(DESTDIR)$(share)/html
	cp -r $(out)/html $(DESTDIR)$(share)/html
	chmod -R u=rwX,go=rX $(DESTDIR)$(share)/html
	install -D -m 644 conf/nginx.conf \
	    $(DESTDIR)$(DOC_DIR)/examples/nginx.conf

# The recogniser where its parts are; the runtime too, unless the distribution
# has it.

install-parts: $(if $(parts),install-recognizer)

install-recognizer: $(out)/installed/registration-recognizer
	install -D -m 755 $< $(DESTDIR)$(PREFIX)/sbin/registration-recognizer
	install -D -m 644 man/registration-recognizer.8 \
	    $(DESTDIR)$(PREFIX)/share/man/man8/registration-recognizer.8
	install -d $(DESTDIR)$(share)/models
	install -m 644 $(MODELS)/*.onnx $(MODELS)/*.txt $(MODELS)/*.json \
	    $(DESTDIR)$(share)/models
	case $$(readlink -f $(ONNXRUNTIME_LIB)) in \
	/usr/*) ;; \
	*) install -D -m 644 $(ONNXRUNTIME_LIB) \
	       $(DESTDIR)$(PREFIX)/lib/registration/libonnxruntime.so.1 ;; \
	esac

$(out)/installed/registrationctl: $(ctl_sources:%.c=$(out)/installed/%.o) \
                                  $(out)/installed/libcore.a
	@echo "  LINK    $(@F) (installed)"
	$(Q)$(CC) $(hardened) $(shell dpkg-buildflags --get LDFLAGS) -o $@ $^ \
	    $(call libs,$(ctl_packages))

modules_path = $(shell $(nginx) -V 2>&1 \
                       | sed -n 's/.*--modules-path=\([^ ]*\).*/\1/p')


## make deb         the package libnginx-mod-http-registration, in $(BUILD)
deb:
	$(Q)tools/packages build deb
	$(Q)$(MAKE) --no-print-directory data pages
	$(Q)$(MAKE) --no-print-directory recognizer || echo "$$without"
	$(Q)tools/deb $(out)


## make budget      what each page weighs, and may
budget: pages
	$(Q)tools/budget $(out)

## make audit       known faults of the packages that reach the browser
audit:
	$(Q)tools/audit


## make lint        the rules of style that a machine can check
lint:
	$(Q)tools/lint


## make clean       removes what was built; build/run, with its data, stays
clean:
	$(Q)tools/clean $(out)


-include $(shell find $(out)/plain $(out)/sanitized $(out)/fuzz \
                 $(out)/installed -name '*.d' 2> /dev/null)
