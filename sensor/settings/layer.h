/* SPDX-License-Identifier: Apache-2.0
 *
 * layer: one layer of values over the settings: the built-in defaults, then a file, then the command line. Each value
 * that is taken leaves its origin; each key that is none is complained of with the nearest one that is.
 */
#ifndef SETTINGS_LAYER_H
#define SETTINGS_LAYER_H

#include "settings/options.h"

/* All three need settings->origins with a place for each row; false when there was a complaint. */
bool layer_defaults(struct settings *, struct complaints *);
bool layer_file(struct settings *, const struct yaml_node *root, struct complaints *);

/* `set` is "KEY=VALUE" of the command line. */
bool layer_set(struct settings *, const char *set, struct complaints *);

/* Where a row's value comes from. */
struct option_origin *layer_origin_of(const struct settings *, const struct option *);

/* The same in words: "default", "mailtapd.yaml:12", "command line"; appended. */
void layer_origin(const struct settings *, const struct option *, struct buffer *out);

#endif
