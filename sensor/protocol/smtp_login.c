/* SPDX-License-Identifier: Apache-2.0
 *
 * AUTH (RFC 4954): from the command to the reply that ends the exchange.
 */
#include "protocol/smtp.h"

void
smtp_login_end(struct smtp *s, uint16_t code, usec_t time)
{
	struct login_report report = { .ordinal = s->kept.logins, .user_text = buffer_bytes(&s->sasl.user),
		.domain_text = buffer_bytes(&s->sasl.domain), .workstation_text = buffer_bytes(&s->sasl.workstation),
		.mechanism = buffer_bytes(&s->sasl.name), .cleartext = sasl_secret_was_clear(&s->sasl),
		.starttls_offered = s->kept.starttls_offered };
	struct observation o = { .kind = OBSERVED_LOGIN, .time = time, .session = s->context->session };

	s->auth_challenged = false;
	if (!s->auth_under_way)
		return;
	s->auth_under_way = false;
	s->kept.logins++;
	/* 4yz says that the server could not judge (RFC 4954 section 6). */
	report.outcome = code / 100 == 2 ? LOGIN_SUCCESS : code / 100 == 5 ? LOGIN_FAILURE : LOGIN_UNKNOWN;
	s->kept.authenticated |= report.outcome == LOGIN_SUCCESS;
	o.login = &report;
	s->context->observe(s->context->observe_arg, &o);
}

void
smtp_login_begin(struct smtp *s, struct bytes argument, usec_t time)
{
	size_t word = 0;
	struct bytes initial;

	/* One exchange before has not got its reply, and will not be told from this one. */
	smtp_login_end(s, 0, time);
	while (word < argument.len && !ascii_is_blank(argument.at[word]))
		word++;
	sasl_begin(&s->sasl, bytes_first(argument, word));
	smtp_journal_set(&s->kept.journal, SMTP_JOURNAL_AUTH, buffer_bytes(&s->sasl.name));
	s->kept.auth_seen = true;
	s->auth_under_way = true;
	initial = bytes_trim(bytes_skip(argument, word));
	if (initial.len > 0)
		sasl_response(&s->sasl, initial);
}

void
smtp_login_response(struct smtp *s, struct bytes line)
{
	s->auth_challenged = false;
	if (s->auth_under_way && !bytes_equal(bytes_trim(line), BYTES("*")))
		sasl_response(&s->sasl, line);
}
