/* SPDX-License-Identifier: Apache-2.0 */
#include "detect/kit.h"

#include <stdio.h>
#include <stdlib.h>

#include "support/check_main.h"
#include "support/observations.h"

#define HOUR (3600 * USEC_PER_SEC)

static const struct baseline_shape shape = { .method = BASELINE_MEDIAN, .ring = 8, .samples = 2, .z = 3, .floor = 0.3 };

/* A detector with a table of each kind. */
struct model {
	struct kit kit;
	struct window *window;
	struct spread *spread;
	struct first_seen *seen;
	struct baselines *baseline;
	struct map *map;
};

static bool
is_below_100(const void *value)
{
	return ((const struct kit_bucket *)value)->amount < 100;
}

static const struct kit_row rows[] = {
	{ .name = "model.window",
	    .kind = KIT_WINDOW,
	    .at = offsetof(struct model, window),
	    .share = 100,
	    .span_option = offsetof(struct detect_settings, bulk_fetch.window) },
	{ .name = "model.spread",
	    .kind = KIT_SPREAD,
	    .at = offsetof(struct model, spread),
	    .share = 100,
	    .span = HOUR },
	{ .name = "model.seen", .kind = KIT_SEEN, .at = offsetof(struct model, seen), .share = 100, .span = HOUR },
	{ .name = "model.baseline",
	    .kind = KIT_BASELINE,
	    .at = offsetof(struct model, baseline),
	    .share = 100,
	    .shape = &shape },
	{ .name = "model.map",
	    .kind = KIT_MAP,
	    .at = offsetof(struct model, map),
	    .share = 100,
	    .span = HOUR,
	    .value_size = sizeof(struct kit_bucket),
	    .fits = is_below_100 },
};

static struct detect_settings settings;
static struct site site;
static struct detector_context context;

static struct model *
new_model(void)
{
	context = (struct detector_context){ .settings = &settings, .site = &site };
	return kit_open(&context, sizeof(struct model), rows, sizeof(rows) / sizeof(rows[0]));
}

static void
setup(void)
{
	settings = (struct detect_settings){ .memory = 1 << 20,
		.learning = 10 * HOUR,
		.sensor_loss = { 0.01, HOUR },
		.bulk_fetch = { .window = HOUR } };
}

static struct identity
key(unsigned n)
{
	return identity_of(BYTES("key"), bytes_of(&n, sizeof(n)));
}

static void
fill(struct model *m, unsigned from, unsigned to, usec_t now)
{
	const uint64_t more[WINDOW_SUMS] = { 1, 1 };
	uint64_t sums[WINDOW_SUMS], finished;

	for (unsigned i = from; i < to; i++) {
		(void)window_add(m->window, key(i), now, more, sums);
		(void)spread_add(m->spread, key(i), now, key(i), NULL);
		(void)first_seen_note(m->seen, key(i), now);
		baselines_teach(m->baseline, key(i), now, 10);
		(void)kit_fill(m->map, key(i), now, HOUR, 1, &finished);
	}
}

/* Whatever comes, no more than detect.memory; in the long checks ten million keys. */
START_TEST(the_share_holds)
{
	unsigned keys = getenv("LONG") != NULL ? 10000000 : 30000;
	struct model *m = new_model();
	size_t used;

	fill(m, 0, keys, SCENE_NOON);
	used = window_memory(m->window) + spread_memory(m->spread) + first_seen_memory(m->seen) +
	       baselines_memory(m->baseline) + map_memory(m->map);
	ck_assert_uint_le(used, (1 << 20) / 2 + 5 * 4096);
	ck_assert_uint_eq(window_len(m->window) + spread_len(m->spread) + first_seen_len(m->seen) +
			      baselines_len(m->baseline) + map_len(m->map) + kit_forgotten(m),
	    (uint64_t)5 * keys);
	kit_close(m);
}
END_TEST

START_TEST(what_is_old_goes)
{
	struct model *m = new_model();

	fill(m, 0, 10, SCENE_NOON);
	kit_tick(m, SCENE_NOON + HOUR);
	ck_assert_uint_eq(map_len(m->map), 10);
	kit_tick(m, SCENE_NOON + 2 * HOUR);
	ck_assert_uint_eq(window_len(m->window) + spread_len(m->spread) + first_seen_len(m->seen) + map_len(m->map), 0);
	ck_assert_uint_eq(baselines_len(m->baseline), 10);
	ck_assert_uint_eq(kit_forgotten(m), 0);
	kit_close(m);
}
END_TEST

START_TEST(a_reload_replaces_what_has_no_meaning_any_more)
{
	struct model *m = new_model();
	struct detect_settings fresh = settings;
	struct detector_context other = context;

	fill(m, 0, 10, SCENE_NOON);
	other.settings = &fresh;
	kit_reload(m, &other);
	ck_assert_uint_eq(window_len(m->window), 10);
	memset(&settings, 0xff, sizeof(settings));
	fresh.bulk_fetch.window = 2 * HOUR;
	kit_reload(m, &other);
	ck_assert_uint_eq(window_len(m->window), 0);
	ck_assert_int_eq(window_span(m->window), 2 * HOUR);
	ck_assert_uint_eq(spread_len(m->spread), 10);
	fresh.learning = HOUR;
	kit_reload(m, &other);
	ck_assert_uint_eq(baselines_len(m->baseline), 0);
	ck_assert_uint_eq(first_seen_len(m->seen), 10);
	fresh.memory *= 2;
	kit_reload(m, &other);
	ck_assert_uint_eq(first_seen_len(m->seen), 0);
	kit_close(m);
}
END_TEST

START_TEST(each_table_is_taken_over_or_not)
{
	struct model *m = new_model(), *other;
	struct state_out out;
	uint64_t finished;

	fill(m, 0, 10, SCENE_NOON);
	(void)kit_learns(&m->kit, SCENE_NOON);
	state_out_init(&out, 1 << 22);
	kit_save(m, &out);
	ck_assert(state_finish(&out));
	kit_close(m);
	settings.bulk_fetch.window = 2 * HOUR;
	other = new_model();
	ck_assert_uint_eq(kit_load(other, buffer_bytes(&out.image)), 1);
	ck_assert_uint_eq(window_len(other->window), 0);
	ck_assert_uint_eq(spread_len(other->spread), 10);
	ck_assert_uint_eq(map_len(other->map), 10);
	/* The time of learning goes on. */
	ck_assert(kit_learns(&other->kit, SCENE_NOON + 10 * HOUR - 1));
	ck_assert(!kit_learns(&other->kit, SCENE_NOON + 10 * HOUR));
	state_out_clear(&out);
	/* A value that cannot be one spoils its table alone. */
	(void)kit_fill(other->map, key(1), SCENE_NOON, HOUR, 1000, &finished);
	state_out_init(&out, 1 << 22);
	kit_save(other, &out);
	ck_assert(state_finish(&out));
	kit_close(other);
	other = new_model();
	ck_assert_uint_eq(kit_load(other, buffer_bytes(&out.image)), 1);
	ck_assert_uint_eq(map_len(other->map), 0);
	ck_assert_uint_eq(first_seen_len(other->seen), 10);
	kit_close(other);
	state_out_clear(&out);
}
END_TEST

/* Each truncation of a section, with a right checksum: some tables are refused, nothing breaks. */
START_TEST(a_section_cut_anywhere)
{
	struct model *m = new_model();
	struct state_out out;
	size_t whole;

	fill(m, 0, 2, SCENE_NOON);
	state_out_init(&out, 1 << 22);
	kit_save(m, &out);
	whole = out.image.len;
	for (size_t n = 32; n < whole; n += 7) {
		struct state_out cut;

		buffer_init(&cut.image, 1 << 22);
		ck_assert(buffer_append(&cut.image, bytes_first(buffer_bytes(&out.image), n)));
		ck_assert(state_finish(&cut));
		(void)kit_load(m, buffer_bytes(&cut.image));
		state_out_clear(&cut);
	}
	state_out_clear(&out);
	kit_close(m);
}
END_TEST

/* Each octet spoilt, with a right checksum: what is taken over can be used, whatever it is. */
START_TEST(a_spoilt_octet_anywhere)
{
	struct model *m = new_model(), *other;
	struct state_out out;
	size_t whole;

	fill(m, 0, 2, SCENE_NOON);
	state_out_init(&out, 1 << 22);
	kit_save(m, &out);
	whole = out.image.len;
	kit_close(m);
	for (size_t n = 32; n < whole; n += 3) {
		for (int bit = 0; bit < 8; bit += 7) {
			out.image.len = whole;
			out.image.at[n] ^= (uint8_t)(1 << bit);
			ck_assert(state_finish(&out));
			other = new_model();
			(void)kit_load(other, buffer_bytes(&out.image));
			fill(other, 0, 4, SCENE_NOON + HOUR);
			(void)baselines_look(other->baseline, key(1), SCENE_NOON);
			kit_tick(other, SCENE_NOON + HOUR);
			kit_close(other);
			out.image.at[n] ^= (uint8_t)(1 << bit);
		}
	}
	state_out_clear(&out);
}
END_TEST

START_TEST(buckets_go_by_the_clock)
{
	struct map *m = map_new(sizeof(struct identity), sizeof(struct kit_bucket), 8, NULL, NULL);
	const usec_t start = SCENE_NOON / HOUR * HOUR;
	uint64_t finished = 0;

	ck_assert(!kit_fill(m, key(1), start, HOUR, 5, &finished));
	ck_assert(!kit_fill(m, key(1), start + HOUR - 1, HOUR, 6, &finished));
	ck_assert(!kit_fill(m, key(2), start + HOUR, HOUR, 1, &finished));
	ck_assert(kit_fill(m, key(1), start + 5 * HOUR, HOUR, 7, &finished));
	ck_assert_uint_eq(finished, 11);
	ck_assert(kit_fill(m, key(1), start + 6 * HOUR, HOUR, 7, &finished));
	ck_assert_uint_eq(finished, 7);
	map_free(m);
}
END_TEST

START_TEST(said_once_per_severity_and_span)
{
	struct map *m = map_new(sizeof(struct identity), sizeof(struct kit_said), 8, NULL, NULL);

	ck_assert(kit_note_said(m, key(1), SEVERITY_MEDIUM, SCENE_NOON, HOUR));
	ck_assert(!kit_note_said(m, key(1), SEVERITY_MEDIUM, SCENE_NOON + HOUR, HOUR));
	ck_assert(!kit_note_said(m, key(1), SEVERITY_LOW, SCENE_NOON + HOUR, HOUR));
	ck_assert(kit_note_said(m, key(1), SEVERITY_HIGH, SCENE_NOON + HOUR, HOUR));
	ck_assert(kit_note_said(m, key(2), SEVERITY_LOW, SCENE_NOON, HOUR));
	ck_assert(kit_note_said(m, key(1), SEVERITY_LOW, SCENE_NOON + 2 * HOUR + 1, HOUR));
	map_free(m);
}
END_TEST

START_TEST(names_and_networks)
{
	char out[KIT_ACCOUNT_MAX], long_name[400], text[KIT_NETWORK_TEXT_MAX];
	struct address a;
	struct bytes b;

	ck_assert(bytes_equal(kit_account(out, BYTES("Ann"), bytes_of(NULL, 0)), BYTES("ann")));
	ck_assert(bytes_equal(kit_account(out, BYTES("Ann"), BYTES("Example.ORG")), BYTES("ann@example.org")));
	ck_assert(bytes_equal(kit_account(out, BYTES("a@b"), BYTES("c")), BYTES("a@b")));
	ck_assert_uint_eq(kit_account(out, bytes_of(NULL, 0), BYTES("c")).len, 0);
	memset(long_name, 'x', sizeof(long_name));
	memcpy(long_name + 199, "\xc3\xa4", 2);
	b = kit_account(out, bytes_of(long_name, sizeof(long_name)), bytes_of(NULL, 0));
	ck_assert_uint_eq(b.len, 199); /* not half a character */
	ck_assert(address_parse(BYTES("198.51.100.77"), &a));
	ck_assert_str_eq(kit_network_text(text, &a), "198.51.100.0/24");
	ck_assert(address_parse(BYTES("2001:db8:1:2:3::4"), &a));
	ck_assert_str_eq(kit_network_text(text, &a), "2001:db8:1:2::/64");
	ck_assert(!identity_equal(kit_key("a", BYTES("xy"), BYTES("z")), kit_key("a", BYTES("x"), BYTES("yz"))));
}
END_TEST

static void
add_tests(TCase *tests)
{
	tcase_add_checked_fixture(tests, setup, NULL);
	tcase_add_test(tests, the_share_holds);
	tcase_add_test(tests, what_is_old_goes);
	tcase_add_test(tests, a_reload_replaces_what_has_no_meaning_any_more);
	tcase_add_test(tests, each_table_is_taken_over_or_not);
	tcase_add_test(tests, a_section_cut_anywhere);
	tcase_add_test(tests, a_spoilt_octet_anywhere);
	tcase_add_test(tests, buckets_go_by_the_clock);
	tcase_add_test(tests, said_once_per_severity_and_span);
	tcase_add_test(tests, names_and_networks);
}

CHECK_MAIN("detect/kit", add_tests)
