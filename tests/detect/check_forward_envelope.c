/* SPDX-License-Identifier: Apache-2.0 */
#include "detect/forward_envelope.h"

#include <string.h>

#include "support/check_main.h"
#include "support/guard.h"

typedef bool decoder(struct bytes, struct forward_coded *);

static decoder *const decoders[] = { forward_envelope_caf, forward_envelope_srs_plus, forward_envelope_srs_bounces,
	forward_envelope_srs };

#define DECODERS (sizeof(decoders) / sizeof(decoders[0]))

enum { NONE = -1, CAF, PLUS, BOUNCES, SRS };

static const struct {
	const char *address;
	int form; /* the only decoder that takes it */
	const char *victim_local, *victim_domain, *other_local, *other_domain;
} cases[] = {
	{ "grace+caf_=home=freemail.example@company.example", CAF, "grace", "company.example", "home", "freemail.example" },
	{ "grace+CAF_=a=b=freemail.example@company.example", CAF, "grace", "company.example", "a=b", "freemail.example" },
	{ "g+tag+caf_=h=f.example@c.example", CAF, "g+tag", "c.example", "h", "f.example" },
	{ "prvs=12ab34=grace+caf_=h=f.example@c.example", CAF, "grace", "c.example", "h", "f.example" },
	{ "+caf_=home=freemail.example@company.example", NONE, 0, 0, 0, 0 },
	{ "grace+caf_=freemail.example@company.example", NONE, 0, 0, 0, 0 },
	{ "grace+caf_=home=@company.example", NONE, 0, 0, 0, 0 },
	{ "grace+caf_==freemail.example@company.example", NONE, 0, 0, 0, 0 },
	{ "grace+caf_=home=freemail.example", NONE, 0, 0, 0, 0 },
	{ "grace+caf_=home=freemail.example@", NONE, 0, 0, 0, 0 },
	/* Microsoft's own example. */
	{ "john.work+SRS=44ldt=IX=fabrikam.com=bob@contoso.com", PLUS, "john.work", "contoso.com", "bob", "fabrikam.com" },
	{ "j+srs=a=b=c.example=d=e@f.example", PLUS, "j", "f.example", "d=e", "c.example" },
	{ "j+SRS=a=b=c.example=@f.example", NONE, 0, 0, 0, 0 },
	{ "j+SRS=a=b=c.example@f.example", NONE, 0, 0, 0, 0 },
	{ "j+SRS=a=b@f.example", NONE, 0, 0, 0, 0 },
	{ "bounces+SRS=44ldt=IX@tenant.onmicrosoft.com", BOUNCES, "", "tenant.onmicrosoft.com", "", "" },
	{ "bounces+SRS=44ldt=@tenant.onmicrosoft.com", NONE, 0, 0, 0, 0 },
	{ "bounces+SRS==IX@tenant.onmicrosoft.com", NONE, 0, 0, 0, 0 },
	{ "SRS0=HHHH=TT=partner.example=erin@company.example", SRS, "", "company.example", "erin", "partner.example" },
	{ "srs0+HHHH=TT=partner.example=erin@company.example", SRS, "", "company.example", "erin", "partner.example" },
	{ "SRS0-HHHH=TT=p.example=a=b@c.example", SRS, "", "c.example", "a=b", "p.example" },
	{ "SRS1=HHHH=first.example==HHHH=TT=p.example=erin@c.example", SRS, "", "c.example", "erin", "p.example" },
	{ "SRS1=HHHH=first.example=+HHHH=TT=p.example=erin@c.example", SRS, "", "c.example", "erin", "p.example" },
	{ "SRS1+HHHH=first.example=-HHHH=TT=p.example=erin@c.example", SRS, "", "c.example", "erin", "p.example" },
	{ "SRS1=HHHH=first.example=HHHH=TT=p.example=erin@c.example", NONE, 0, 0, 0, 0 },
	{ "SRS2=HHHH=TT=p.example=erin@c.example", NONE, 0, 0, 0, 0 },
	{ "SRS0HHHHH=TT=p.example=erin@c.example", NONE, 0, 0, 0, 0 },
	{ "SRS0=HHHH=TT=p.example@c.example", NONE, 0, 0, 0, 0 },
	{ "SRS0=@c.example", NONE, 0, 0, 0, 0 },
	{ "prvs=12ab34=alice@company.example", NONE, 0, 0, 0, 0 },
	{ "users-bounces+erin=partner.example@lists.example", NONE, 0, 0, 0, 0 },
	{ "alice@company.example", NONE, 0, 0, 0, 0 },
	{ "@", NONE, 0, 0, 0, 0 },
	{ "", NONE, 0, 0, 0, 0 },
};

#define CASES (sizeof(cases) / sizeof(cases[0]))

static void
expect(struct bytes got, const char *want)
{
	ck_assert_msg(bytes_equal(got, bytes_str(want)), "\"%.*s\" is not \"%s\"", (int)got.len, (const char *)got.at, want);
}

START_TEST(every_case_whole)
{
	for (size_t i = 0; i < CASES; i++) {
		struct guard g = guard_new(bytes_str(cases[i].address));

		for (size_t d = 0; d < DECODERS; d++) {
			struct forward_coded coded;
			bool taken = decoders[d](g.bytes, &coded);

			ck_assert_msg(taken == ((int)d == cases[i].form), "%s, form %zu", cases[i].address, d);
			if (!taken)
				continue;
			expect(coded.victim_local, cases[i].victim_local);
			expect(coded.victim_domain, cases[i].victim_domain);
			expect(coded.other_local, cases[i].other_local);
			expect(coded.other_domain, cases[i].other_domain);
		}
		guard_free(&g);
	}
}
END_TEST

/* What was cut off is read as what is left, and nothing past its end. */
START_TEST(every_case_cut_at_every_octet)
{
	for (size_t i = 0; i < CASES; i++) {
		for (size_t len = 0; len < strlen(cases[i].address); len++) {
			struct guard g = guard_new(bytes_of(cases[i].address, len));

			for (size_t d = 0; d < DECODERS; d++) {
				struct forward_coded coded;

				if (decoders[d](g.bytes, &coded))
					ck_assert_uint_ne(bytes_find(g.bytes, '@'), BYTES_NOWHERE);
			}
			guard_free(&g);
		}
	}
}
END_TEST

static void
add_tests(TCase *tests)
{
	tcase_add_test(tests, every_case_whole);
	tcase_add_test(tests, every_case_cut_at_every_octet);
}

CHECK_MAIN("detect/forward_envelope", add_tests)
