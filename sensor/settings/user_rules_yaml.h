/* SPDX-License-Identifier: Apache-2.0
 *
 * user_rules_yaml: user rules of a rule file, compiled. The form, all keys of one rule:
 *
 *	rules:
 *	  - name: hunt-forwarded-attachments         # unique: letters, digits, - and _
 *	    id: site-0042                            # rule.id; default: user-NAME
 *	    description: A forwarded attachment leaves
 *	    enabled: true                            # default
 *	    severity: medium                         # low, medium (default), high, critical
 *	    technique: [T1114.003, T1048.003]        # ids of ATT&CK, at most three; default: none
 *	    on: message                              # session, message, login, script, tls, anomaly; or a list of them
 *	    when:                                    # see user_conditions_yaml.c
 *	      all:
 *	        - {field: network.direction, equals: outbound}
 *	        - {field: email.attachments.file.size, ">=": 10MiB}
 *	    message: "{source.ip} sent {email.attachments.file.name}"
 *	    by: [source.ip]                          # the key; default: source.ip and destination.ip
 *	    count: 5                                 # so often within the window; default 1
 *	    window: 10m
 *	    cooldown: 1h                             # quiet for the key afterwards; default 0
 */
#ifndef SETTINGS_USER_RULES_YAML_H
#define SETTINGS_USER_RULES_YAML_H

#include "detect/user_rule.h"
#include "settings/complaints.h"
#include "settings/yaml.h"

#define USER_RULES_MAX 1000

/* Appends the rules of a list node, which stands under "rules:", after complaints about what is wrong with them: all of
 * it. What was appended is sound enough to be cleared. */
void user_rules_read(const struct yaml_node *list, struct user_rules *, struct complaints *);

#endif
