/* SPDX-License-Identifier: Apache-2.0 */
#include "detect/server_offers.h"

#include "support/check_main.h"
#include "support/observations.h"

#define DAY (24 * 3600 * USEC_PER_SEC)

static struct session_report report;

static void
note(struct server_offers *offers, struct scene *s, bool offered)
{
	struct observation o = { .kind = OBSERVED_SESSION, .time = s->time, .session = &s->session, .report = &report };

	report = (struct session_report){ .starttls_offered = offered };
	server_offers_note(offers, &o);
}

START_TEST(an_offer_is_remembered)
{
	struct server_offers *offers = server_offers_new(16);
	const struct server_offer *offer;
	struct scene s;

	scene_init(&s, "10.0.0.5", "192.0.2.25");
	note(offers, &s, false);
	ck_assert_ptr_null(server_offers_find(offers, &s.session.server, s.time, DAY));
	note(offers, &s, true);
	s.time += DAY;
	note(offers, &s, true); /* the same session again */
	offer = server_offers_find(offers, &s.session.server, s.time, DAY);
	ck_assert_ptr_nonnull(offer);
	ck_assert_uint_eq(offer->sessions, 1);
	ck_assert_int_eq(offer->first, SCENE_NOON);
	ck_assert_int_eq(offer->last, SCENE_NOON + DAY);
	s.session.id = identity_of(BYTES("an"), BYTES("other"));
	note(offers, &s, true);
	ck_assert_uint_eq(server_offers_find(offers, &s.session.server, s.time, DAY)->sessions, 2);
	ck_assert_ptr_nonnull(server_offers_find(offers, &s.session.server, s.time + DAY, DAY));
	ck_assert_ptr_null(server_offers_find(offers, &s.session.server, s.time + DAY + 1, DAY));
	s.session.server.port = 587;
	ck_assert_ptr_null(server_offers_find(offers, &s.session.server, s.time, DAY));
	server_offers_free(offers);
}
END_TEST

START_TEST(who_was_silent_longest_gives_way)
{
	struct server_offers *offers = server_offers_new(16);
	struct scene s;

	scene_init(&s, "10.0.0.5", "192.0.2.25");
	for (uint16_t port = 1; port <= 16; port++) {
		s.session.server.port = port;
		note(offers, &s, true);
	}
	s.session.server.port = 1;
	note(offers, &s, true);
	s.session.server.port = 17;
	note(offers, &s, true);
	ck_assert_uint_eq(server_offers_evicted(offers), 1);
	s.session.server.port = 1;
	ck_assert_ptr_nonnull(server_offers_find(offers, &s.session.server, s.time, DAY));
	s.session.server.port = 2;
	ck_assert_ptr_null(server_offers_find(offers, &s.session.server, s.time, DAY));
	server_offers_free(offers);
}
END_TEST

static void
add_tests(TCase *tests)
{
	tcase_add_test(tests, an_offer_is_remembered);
	tcase_add_test(tests, who_was_silent_longest_gives_way);
}

CHECK_MAIN("detect/server_offers", add_tests)
