/* SPDX-License-Identifier: Apache-2.0
 *
 * yaml: a file read into a tree whose every node knows file, line and column. Plain YAML only: no anchors, no merges,
 * no tags, one document, bounded in size and depth.
 */
#ifndef SETTINGS_YAML_H
#define SETTINGS_YAML_H

#include "base/bytes.h"
#include "settings/complaints.h"

enum yaml_kind { YAML_NULL, YAML_SCALAR, YAML_LIST, YAML_MAP };

struct yaml_node {
	enum yaml_kind kind;
	const char *file;       /* owned by the tree's root */
	unsigned line, column;  /* from 1; of the value */
	char *key;              /* under a map: its key; else NULL */
	unsigned key_line, key_column;
	char *value;            /* of a scalar */
	bool quoted;            /* the scalar stood in quotes */
	bool spoilt;            /* complained of already, or broken off by bad YAML: what it lacks is not said again */
	struct yaml_node *children; /* of a list or map, in file order */
	size_t len;
};

#define YAML_SIZE_MAX (1u << 20) /* octets of a file */
#define YAML_DEPTH_MAX 32
#define YAML_NODES_MAX 65536
#define YAML_KEYS_MAX 1000       /* of one map */

/* A map, after complaints about what is no plain YAML: bad YAML, too large or deep, duplicate keys, anchors, tags, more
 * than one document. What could be read in spite of them is there, so that all that is wrong is found in one run:
 * whoever needs a sound file looks at complaints.count. NULL, after a complaint, when there is nothing to look at. An
 * empty file is an empty map. The caller frees with yaml_node_free(). */
struct yaml_node *yaml_read(const char *path, struct complaints *);

/* The same from memory; `name` stands for the file in messages. */
struct yaml_node *yaml_parse(struct bytes text, const char *name, struct complaints *);

/* The child of a map with this key, or NULL. */
const struct yaml_node *yaml_child(const struct yaml_node *, const char *key);

/* The root; NULL is fine. (libyaml has a yaml_free of its own.) */
void yaml_node_free(struct yaml_node *);

#endif
