/* SPDX-License-Identifier: Apache-2.0
 *
 * option_kinds: what the types of the option table can do: one row per type, for scalars and for the elements of lists
 * alike.
 */
#ifndef SETTINGS_OPTION_KINDS_H
#define SETTINGS_OPTION_KINDS_H

#include "settings/allow_text.h"
#include "settings/options.h"

/* A value between text and struct settings. */
union element {
	bool truth;
	uint64_t number;
	double ratio;
	char *text; /* owned */
	uint16_t port;
	struct network network;
	struct allowance allowance; /* its texts are owned */
};

struct option_type {
	const char *name;    /* for people: "list of networks" */
	bool is_list, is_text;
	size_t size; /* of a list's element */
	bool (*read)(const struct option *, const char *text, union element *, struct refusal *);
	void (*write)(const struct option *, const union element *, struct buffer *out);
	void (*drop)(void *element); /* frees what an element owns; NULL: nothing, or a text */
};

/* By enum option_kind. read: false with the reason in *why; a text is newly allocated. write: as YAML. */
extern const struct option_type option_types[OPTION_KINDS];

/* Appends "64 to 256KiB". */
void option_write_range(const struct option *, struct buffer *out);

#endif
