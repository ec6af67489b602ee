/* SPDX-License-Identifier: Apache-2.0
 *
 * forward_rules_yaml: "forwarding:" of rule files, read into forward_rules. The form, all keys of one rule:
 *
 *	forwarding:
 *	  - name: exchange-forwarding-loop           # unique
 *	    platform: Exchange or Microsoft 365      # for the sentence of an alert
 *	    header: X-MS-Exchange-ForwardingLoop     # or envelope: sender
 *	    value: {contains: "text"}                # or equals, or form; without it: present
 *	    class: A                                 # A to F
 *	    weight: 0.9                              # default: that of the class
 *	    victim: address                          # nothing (default), address, last_address, coded
 *	    target: nothing                          # likewise
 *	    verdict: redirect                        # the names of mailtap.forward.verdict
 *	    alone: false                             # default
 *	    severity: medium                         # low, medium (default), high, critical
 *	    replies_carry_it: false                  # default
 *	    at_least: 1                              # default; so many fields of this name
 *	    with: X-Other-Field                      # only together with this field, naming the same address
 */
#ifndef SETTINGS_FORWARD_RULES_YAML_H
#define SETTINGS_FORWARD_RULES_YAML_H

#include "detect/forward_rules.h"
#include "settings/yaml.h"

#define FORWARD_RULES_MAX 1000

/* Appends the rules of a file to *rules (which may be empty) after complaints about what is wrong with them: all of it.
 * False when there was one; what was appended until then is sound enough to be cleared. */
bool forward_rules_read(const struct yaml_node *root, struct forward_rules *rules, struct complaints *);

#endif
