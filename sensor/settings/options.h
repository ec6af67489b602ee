/* SPDX-License-Identifier: Apache-2.0
 *
 * options: THE table: one row per option, with its type, default, range, unit, choices and one line of help. Reading,
 * printing, comparing and the manuals all go by it.
 *
 * A row's value lives in struct settings at `offset`; a list's elements hang on the pointer there, their number is at
 * `len_offset`. Text in a setting is never NULL: empty is "".
 */
#ifndef SETTINGS_OPTIONS_H
#define SETTINGS_OPTIONS_H

#include "base/buffer.h"
#include "settings/settings.h"
#include "settings/values.h"

enum option_kind {
	OPTION_BOOL,
	OPTION_INTEGER,
	OPTION_SIZE,
	OPTION_DURATION,
	OPTION_RATIO,
	OPTION_TEXT,
	OPTION_PATH,
	OPTION_WORD,      /* a choice kept as its word */
	OPTION_CHOICE,    /* a choice kept as its number */
	OPTION_NETWORKS,
	OPTION_PORTS,
	OPTION_NUMBERS,   /* each in the row's range */
	OPTION_DOMAINS,   /* lower case, without the final dot */
	OPTION_MAILBOXES, /* addresses or domains, likewise */
	OPTION_TEXTS,
	OPTION_WORDS,     /* choices kept as their words */
	OPTION_ALLOW,     /* allowances: see allow_text.h */
	OPTION_KINDS,
};

struct choice {
	const char *word;
	unsigned value; /* of OPTION_CHOICE */
};

enum option_reload {
	OPTION_AT_START,           /* a running daemon keeps what it started with */
	OPTION_ON_RELOAD,          /* it takes the new value over */
	OPTION_ON_RELOAD_NOT_EMPTY /* it does so from one value to another, not from or to the empty one */
};

struct option {
	const char *path;       /* "capture.snaplen" */
	enum option_kind kind;
	enum option_reload reload;
	size_t offset, width;   /* in struct settings; of the scalar there, or of the list's pointer */
	size_t len_offset;      /* lists */
	const char *standard;   /* the default, as it would be written; lists with commas in between */
	uint64_t min, max;      /* of a number, both allowed; min == max: all its type can hold */
	const char *unit;       /* of an integer: "packets" */
	const struct choice *choices; /* ends with word NULL; of an integer: words that stand for a number */
	bool (*check)(const char *text, struct refusal *); /* of a text, or each text of a list; NULL: any */
	const char *help;       /* one plain sentence */
};

extern const struct option options[];
extern const size_t option_count;

/* The row with this path, or NULL. */
const struct option *option_find(const char *path);

/* Whether `path` is a section: options stand below it. */
bool option_is_section(const char *path);

/* "size", "list of networks", ... Static. */
const char *option_kind_name(const struct option *);
bool option_is_list(const struct option *);

/* Reads the node into the row's setting; what was there before is freed. False after at least one complaint; a list
 * with a wrong element stays as it was. */
bool option_take(const struct option *, struct settings *, const struct yaml_node *, struct complaints *);

/* The same from text, as a default or the command line has it: a list is written "a, b" or "[a, b]", one pair of quotes
 * round a value is dropped. `place` stands for the file in complaints. */
bool option_take_text(const struct option *, struct settings *, const char *text, const char *place,
    struct complaints *);

/* Appends the setting as YAML on one line: 256KiB, "tcp port 25", [25, 587]. False when memory is short. */
bool option_text(const struct option *, const struct settings *, struct buffer *out);

/* Appends what the manual says of the row: "size, default 256KiB, 64 to 256KiB"; and "taken over on reload" if so. */
bool option_facts(const struct option *, struct buffer *out);

/* Frees what the setting owns; it is empty afterwards. */
void option_clear(const struct option *, struct settings *);

#endif
