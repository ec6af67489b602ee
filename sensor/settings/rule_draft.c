/* SPDX-License-Identifier: Apache-2.0 */
#include "settings/rule_draft.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "settings/nearest.h"

const char *
rule_draft_called(const struct rule_draft *d)
{
	return d->rule.name != NULL ? d->rule.name : "(no name)";
}

void
rule_draft_refused(struct rule_draft *d, const struct yaml_node *n, const struct refusal *why)
{
	complain(d->complaints, n->file, n->line, n->column, "rule %s: %s%s%s", rule_draft_called(d),
	    n->key != NULL ? n->key : "", n->key != NULL ? ": " : "", why->text);
}

const char *
rule_draft_scalar(struct rule_draft *d, const struct yaml_node *n)
{
	if (n->kind == YAML_SCALAR && !n->spoilt)
		return n->value;
	if (!n->spoilt)
		complain(d->complaints, n->file, n->line, n->column, "rule %s: %s%s%stakes one value",
		    rule_draft_called(d), n->key != NULL ? "\"" : "an entry ", n->key != NULL ? n->key : "",
		    n->key != NULL ? "\" " : "");
	return NULL;
}

size_t
rule_draft_count(struct rule_draft *d, const struct yaml_node *n, size_t max)
{
	if (n->kind == YAML_SCALAR && !n->spoilt)
		return 1;
	if (n->kind == YAML_LIST && n->len > 0 && n->len <= max)
		return n->len;
	if (n->spoilt)
		return 0;
	if (n->kind == YAML_LIST && n->len > max)
		complain(d->complaints, n->file, n->line, n->column, "rule %s: \"%s\" takes at most %zu values",
		    rule_draft_called(d), n->key, max);
	else
		complain(d->complaints, n->file, n->line, n->column, "rule %s: \"%s\" takes a value or a list of them",
		    rule_draft_called(d), n->key);
	return 0;
}

const struct yaml_node *
rule_draft_value(const struct yaml_node *n, size_t index)
{
	return n->kind == YAML_LIST ? &n->children[index] : n;
}

bool
rule_draft_text(struct rule_draft *d, const struct yaml_node *n, bool may_be_empty, char **out)
{
	const char *text = rule_draft_scalar(d, n);
	struct refusal why = { "" };
	bool fine;

	if (text == NULL)
		return false;
	fine = value_is_text(text, &why) &&
	       (strlen(text) <= RULE_TEXT_MAX || refuse(&why, text, "is too long: at most %d octets", RULE_TEXT_MAX)) &&
	       (may_be_empty || text[0] != '\0' || refuse(&why, text, "is empty"));
	if (fine) {
		free(*out);
		*out = strdup(text);
		fine = *out != NULL || refuse(&why, text, "finds no memory");
	}
	if (!fine)
		rule_draft_refused(d, n, &why);
	return fine;
}

bool
rule_draft_bool(struct rule_draft *d, const struct yaml_node *n, bool *out)
{
	const char *text = rule_draft_scalar(d, n);
	struct refusal why = { "" };

	if (text == NULL)
		return false;
	if (value_bool(text, out, &why))
		return true;
	rule_draft_refused(d, n, &why);
	return false;
}

/* "session, message" */
static void
list_datasets(unsigned of, char *out, size_t room)
{
	size_t used = 0;

	out[0] = '\0';
	for (enum observation_kind kind = OBSERVED_SESSION; kind <= OBSERVED_LOSS && used < room; kind++)
		if ((of & EVENT_KIND(kind)) != 0 && event_dataset_name(kind) != NULL)
			used += (size_t)snprintf(
			    out + used, room - used, "%s%s", used > 0 ? ", " : "", event_dataset_name(kind));
}

static void
say_unknown(struct rule_draft *d, const struct yaml_node *n, const char *path)
{
	const char *why = event_field_unavailable(path);
	struct nearest near;

	if (why != NULL) {
		complain(d->complaints, n->file, n->line, n->column, "rule %s: rules cannot ask for %.80s: %s",
		    rule_draft_called(d), path, why);
		return;
	}
	nearest_init(&near, path);
	for (const struct event_field *f = event_fields; f->path != NULL; f++)
		nearest_offer(&near, f->path);
	complain(d->complaints, n->file, n->line, n->column, "rule %s: there is no field \"%.80s\"%s%s%s",
	    rule_draft_called(d), path, near.word != NULL ? ": did you mean \"" : ": mailtap-rules(5) lists them",
	    near.word != NULL ? near.word : "", near.word != NULL ? "\"?" : "");
}

bool
rule_draft_place(struct rule_draft *d, const struct yaml_node *n, const char *path, struct event_place *out)
{
	char has[64], wanted[64];
	struct refusal why = { "" };

	if (!event_place_find(path, out)) {
		say_unknown(d, n, path);
		return false;
	}
	if (out->header != NULL && !value_is_field_name(out->header, &why)) {
		complain(d->complaints, n->file, n->line, n->column, "rule %s: mailtap.headers: %s",
		    rule_draft_called(d), why.text);
	} else if (d->rule.of != 0 && (out->field->of & d->rule.of) == 0) {
		list_datasets(out->field->of, has, sizeof(has));
		list_datasets(d->rule.of, wanted, sizeof(wanted));
		complain(d->complaints, n->file, n->line, n->column,
		    "rule %s: %.80s is a field of %s, and the rule is on %s", rule_draft_called(d), path, has, wanted);
	} else {
		return true;
	}
	event_place_clear(out);
	return false;
}
