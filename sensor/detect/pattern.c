/* SPDX-License-Identifier: Apache-2.0
 *
 * The library counts its steps anew at each place of the value where a match might begin, so what a place may take is a
 * share of what the whole value may. No just-in-time compiler: a process that reads the wire makes no code.
 */
#include "detect/pattern.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>
#include <stdio.h>
#include <stdlib.h>

#define STEPS 20000000u	  /* over all places of a value; tens of nanoseconds each */
#define STEPS_LEAST 1000u /* at each place */
#define STEPS_MOST 100000u
#define HEAP_KIB 1024u

struct pattern {
	pcre2_code *code;
	pcre2_match_data *data;
	pcre2_match_context *context;
};

struct pattern *
pattern_new(const char *text, char *error, size_t room, size_t *offset)
{
	uint32_t options = PCRE2_UTF | PCRE2_MATCH_INVALID_UTF | PCRE2_NEVER_BACKSLASH_C | PCRE2_DOTALL;
	struct pattern *p = calloc(1, sizeof(*p));
	PCRE2_UCHAR why[160];
	PCRE2_SIZE at = 0;
	int code = 0;

	*offset = 0;
	snprintf(error, room, "not enough memory");
	if (p == NULL)
		return NULL;
	p->code = pcre2_compile((PCRE2_SPTR)text, PCRE2_ZERO_TERMINATED, options, &code, &at, NULL);
	if (p->code == NULL) {
		if (pcre2_get_error_message(code, why, sizeof(why)) > 0)
			snprintf(error, room, "%s", (const char *)why);
		*offset = at;
		free(p);
		return NULL;
	}
	p->data = pcre2_match_data_create(1, NULL);
	p->context = pcre2_match_context_create(NULL);
	if (p->data == NULL || p->context == NULL) {
		pattern_free(p);
		return NULL;
	}
	(void)pcre2_set_heap_limit(p->context, HEAP_KIB);
	return p;
}

enum pattern_result
pattern_match(struct pattern *p, struct bytes value)
{
	struct bytes looked = bytes_first(value, PATTERN_TEXT_MAX);
	uint32_t steps = STEPS / (uint32_t)(looked.len + 1);
	int got;

	steps = steps < STEPS_LEAST ? STEPS_LEAST : steps > STEPS_MOST ? STEPS_MOST : steps;
	(void)pcre2_set_match_limit(p->context, steps);
	got = pcre2_match(p->code, looked.len > 0 ? looked.at : (PCRE2_SPTR) "", looked.len, 0, 0, p->data, p->context);
	if (got >= 0)
		return PATTERN_MATCHES;
	return got == PCRE2_ERROR_NOMATCH ? PATTERN_MISSES : PATTERN_GIVES_UP;
}

void
pattern_free(struct pattern *p)
{
	if (p == NULL)
		return;
	pcre2_match_context_free(p->context);
	pcre2_match_data_free(p->data);
	pcre2_code_free(p->code);
	free(p);
}
