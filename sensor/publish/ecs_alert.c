/* SPDX-License-Identifier: Apache-2.0
 *
 * mailtap.alert: the finding, what it rests on, and where to look next.
 */
#include <stdio.h>

#include "publish/ecs_common.h"
#include "publish/pivot.h"

/* event.severity as Kibana's detection rules count it. */
static const uint64_t severity_numbers[] = {
	[SEVERITY_LOW] = 21,
	[SEVERITY_MEDIUM] = 47,
	[SEVERITY_HIGH] = 73,
	[SEVERITY_CRITICAL] = 99,
};

static void
put_technique(json_t *threat, const struct technique *t)
{
	json_t *technique = json_sub(threat, "technique"), *sub;
	struct bytes id = bytes_str(t->id), rest = id, parent = bytes_split(&rest, '.');
	char reference[96];

	json_put_word(threat, "framework", "MITRE ATT&CK");
	json_add_once(json_sub(threat, "tactic"), "id", bytes_str(t->tactic_id));
	json_add_once(json_sub(threat, "tactic"), "name", bytes_str(t->tactic_name));
	json_add_once(technique, "id", parent);
	json_add_once(technique, "name", bytes_str(t->name));
	snprintf(reference, sizeof(reference), "https://attack.mitre.org/techniques/%.*s/", (int)parent.len,
	    (const char *)parent.at);
	json_add_once(technique, "reference", bytes_str(reference));
	if (t->sub_name == NULL)
		return;
	sub = json_sub(technique, "subtechnique");
	json_add_once(sub, "id", id);
	json_add_once(sub, "name", bytes_str(t->sub_name));
	snprintf(reference, sizeof(reference), "https://attack.mitre.org/techniques/%.*s/%.*s/", (int)parent.len,
	    (const char *)parent.at, (int)rest.len, (const char *)rest.at);
	json_add_once(sub, "reference", bytes_str(reference));
}

static void
put_evidence(json_t *alert, const struct alert *a)
{
	json_t *list = json_array();

	for (size_t i = 0; i < a->evidence_count; i++) {
		const struct evidence *e = &a->evidence[i];
		json_t *entry = json_object();

		json_put_word(entry, "kind", e->kind);
		json_put_text_always(entry, "seen", e->seen_text);
		(void)json_put_text(entry, "figure", e->figure_text);
		(void)json_put_text(entry, "held_against", e->held_against_text);
		for (size_t k = 0; k < e->event_count; k++) {
			char id[IDENTITY_TEXT_MAX];

			json_add_once(entry, "events", bytes_str(identity_text(id, e->events[k])));
		}
		(void)json_array_append_new(list, entry);
	}
	(void)json_object_set_new(alert, "evidence", list);
}

static void
put_rule(json_t *document, const struct alert *a)
{
	json_t *rule = json_sub(document, "rule");

	json_put_word(rule, "name", a->rule->name);
	json_put_word(rule, "id", a->rule->id);
	json_put_word(rule, "description", a->rule->description);
	for (size_t i = 0; i < ALERT_TECHNIQUES && a->rule->techniques[i] != NULL; i++)
		put_technique(json_sub(document, "threat"), a->rule->techniques[i]);
}

static void
put_finding(json_t *document, const struct ecs_context *context, const struct alert *a)
{
	json_t *event = json_sub(document, "event"), *mailtap = json_sub(document, "mailtap"), *alert;
	char id[IDENTITY_TEXT_MAX];

	json_put_number(event, "severity", severity_numbers[a->severity]);
	json_put_number(event, "risk_score", a->risk);
	json_put_text_always(event, "reason", a->reason_text);
	json_put_text_always(document, "message", a->reason_text);
	json_put_time(event, "start", a->first);
	json_put_time(event, "end", a->last);
	json_put_word(event, "action", a->rule->action);
	json_put_word(mailtap, "severity", severity_name(a->severity));
	alert = json_sub(mailtap, "alert");
	json_put_text_always(alert, "key", a->key_text);
	json_put_number(alert, "count", a->count);
	if ((a->case_id.word[0] | a->case_id.word[1]) != 0)
		json_put_word(alert, "case", identity_text(id, a->case_id));
	json_put_time(alert, "first", a->first);
	json_put_time(alert, "last", a->last);
	put_evidence(alert, a);
	pivot_put(json_sub(mailtap, "pivot"), context->detect->site, a->session, a->first, a->last);
}

/* The connection, and what it had moved by then, where the detector knows. */
static void
put_connection(json_t *document, const struct ecs_context *context, const struct alert *a)
{
	bool known = a->traffic[FROM_CLIENT].bytes + a->traffic[FROM_SERVER].bytes > 0;

	ecs_put_connection(document, context, a->session, known ? a->traffic : NULL);
	(void)json_object_del(json_object_get(document, "source"), "packets");
	(void)json_object_del(json_object_get(document, "destination"), "packets");
}

bool
ecs_alert(const struct ecs_context *context, const struct alert *a, struct buffer *out, struct document *d)
{
	char id[IDENTITY_TEXT_MAX];
	json_t *document = ecs_document(context, "mailtap.alert", true, identity_text(id, a->id), a->time), *related;

	if (document == NULL)
		return false;
	if (a->session != NULL)
		put_connection(document, context, a);
	put_rule(document, a);
	put_finding(document, context, a);
	related = json_sub(document, "related");
	for (size_t i = 0; i < a->users.len; i++)
		json_add_once(related, "user", a->users.at[i]);
	for (size_t i = 0; i < a->hosts.len; i++)
		json_add_once(related, "hosts", a->hosts.at[i]);
	privacy_apply(context->privacy, document);
	if (!json_line(document, out))
		return false;
	*d = (struct document){ .is_alert = true, .dataset = "mailtap.alert", .rule = a->rule->name,
		.severity = severity_name(a->severity), .time = a->time, .json = buffer_bytes(out) };
	identity_text(d->id, a->id);
	return true;
}
