/* SPDX-License-Identifier: Apache-2.0
 *
 * rule_files: the rules of all files that settings->include names, or the built-in ones.
 */
#ifndef SETTINGS_RULE_FILES_H
#define SETTINGS_RULE_FILES_H

#include "settings/settings.h"

/* Fills settings->forward_rules, detect.user_rules and rules_from. Patterns are relative to the configuration file's directory, those of
 * the command line to the working directory. A pattern without a wildcard must name a file; when no file
 * holds rules on forwarding, the built-in ones are taken (not so when files are there and none holds rules at all). False after complaints. */
bool rule_files_read(struct settings *, struct complaints *);

#endif
