/* SPDX-License-Identifier: Apache-2.0
 *
 * Sieve scripts that are put into a mailbox's annotations (SETMETADATA, RFC 5464; RFC 6785 and vendors' entries).
 */
#include "base/text.h"
#include "protocol/imap.h"

bool
imap_script_begin(struct imap *p, struct bytes command)
{
	struct imap_busy *b = p->busy;

	sieve_script_free(b->script);
	b->script = bytes_find_nocase(command, BYTES("sieve")) == BYTES_NOWHERE ? NULL : sieve_script_new(p->context->limits);
	if (b->script == NULL)
		return false;
	buffer_reset(&b->script_name);
	/* What follows the verb: the mailbox, and the entry behind the parenthesis. */
	(void)text_append(&b->script_name, bytes_trim(command), IMAP_TEXT_MAX);
	return true;
}

void
imap_script_tell(struct imap *p, enum script_outcome outcome, usec_t time)
{
	struct imap_busy *b = p->busy;
	struct script_report report = { .ordinal = p->scripts, .action = SCRIPT_STORED, .outcome = outcome,
		.name_text = buffer_bytes(&b->script_name) };
	struct observation o = { .kind = OBSERVED_SCRIPT, .time = time, .session = p->context->session, .script = &report };
	struct arena arena;

	if (b->script == NULL)
		return;
	p->scripts++;
	if (p->collection != NULL && p->collection->account != NULL)
		report.account_text = buffer_bytes(p->collection->account);
	arena_init(&arena);
	sieve_script_report(b->script, &report, &arena);
	p->context->observe(p->context->observe_arg, &o);
	arena_clear(&arena);
	sieve_script_free(b->script);
	b->script = NULL;
}
