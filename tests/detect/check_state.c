/* SPDX-License-Identifier: Apache-2.0 */
#include "detect/state.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/hash.h"
#include "support/check_main.h"
#include "support/guard.h"

static char directory[] = "/tmp/check_state.XXXXXX";
static char path[64], fresh[80], error[STATE_ERROR_MAX];
static struct state_out out;

/* Two sections: numbers, and a map of 5 entries. */
static void
make_image(void)
{
	struct map *m = map_new(sizeof(uint32_t), sizeof(uint64_t), 10, NULL, NULL);

	for (uint32_t i = 0; i < 5; i++)
		*(uint64_t *)map_put(m, &i, 0, 0, NULL) = i * 100;
	state_out_init(&out, 1 << 16);
	state_begin(&out, "numbers");
	state_put_u64(&out, 7);
	state_put_u64(&out, 8);
	state_end(&out);
	state_begin(&out, "map");
	state_put_map(&out, m, sizeof(uint32_t), sizeof(uint64_t));
	state_end(&out);
	ck_assert(state_finish(&out));
	map_free(m);
}

static void
setup(void)
{
	ck_assert_ptr_nonnull(mkdtemp(strcpy(directory, "/tmp/check_state.XXXXXX")));
	snprintf(path, sizeof(path), "%s/state", directory);
	snprintf(fresh, sizeof(fresh), "%s.new", path);
	make_image();
}

static void
teardown(void)
{
	state_out_clear(&out);
	(void)unlink(path);
	(void)unlink(fresh);
	(void)rmdir(directory);
}

static enum state_file
load(struct buffer *image)
{
	buffer_init(image, 1 << 16);
	error[0] = '\0';
	return state_load(path, image, error);
}

START_TEST(what_was_put_in_comes_out)
{
	struct map *m = map_new(sizeof(uint32_t), sizeof(uint64_t), 3, NULL, NULL);
	struct buffer image;
	struct state_in in;

	ck_assert(state_save(path, buffer_bytes(&out.image), error));
	ck_assert_int_eq(load(&image), STATE_READ);
	ck_assert(state_find(buffer_bytes(&image), "numbers", &in));
	ck_assert_uint_eq(state_get_u64(&in), 7);
	ck_assert_uint_eq(state_get_u64(&in), 8);
	ck_assert(!in.left.failed);
	ck_assert_uint_eq(state_get_u64(&in), 0);
	ck_assert(in.left.failed);
	ck_assert(!state_find(buffer_bytes(&image), "nothing", &in));
	ck_assert(!state_find(buffer_bytes(&image), "number", &in));
	/* A map of a lower ceiling takes the newest. */
	ck_assert(state_find(buffer_bytes(&image), "map", &in));
	ck_assert(state_get_map(&in, m, sizeof(uint32_t), sizeof(uint64_t), NULL));
	ck_assert_uint_eq(map_len(m), 3);
	ck_assert_uint_eq(*(uint64_t *)map_oldest(m, 0), 200);
	ck_assert_uint_eq(map_evicted(m), 0);
	map_free(m);
	buffer_clear(&image);
}
END_TEST

static bool
is_below_300(const void *value)
{
	return *(const uint64_t *)value < 300;
}

START_TEST(a_map_takes_all_or_nothing)
{
	struct map *m = map_new(sizeof(uint32_t), sizeof(uint64_t), 10, NULL, NULL);
	struct state_in in;

	ck_assert(state_find(buffer_bytes(&out.image), "map", &in));
	ck_assert(!state_get_map(&in, m, sizeof(uint64_t), sizeof(uint64_t), NULL));
	ck_assert(state_find(buffer_bytes(&out.image), "map", &in));
	ck_assert(!state_get_map(&in, m, sizeof(uint32_t), sizeof(uint32_t), NULL));
	ck_assert(state_find(buffer_bytes(&out.image), "map", &in));
	ck_assert(!state_get_map(&in, m, sizeof(uint32_t), sizeof(uint64_t), is_below_300));
	ck_assert_uint_eq(map_len(m), 0);
	ck_assert(state_find(buffer_bytes(&out.image), "numbers", &in));
	ck_assert(!state_get_map(&in, m, sizeof(uint32_t), sizeof(uint64_t), NULL));
	ck_assert_uint_eq(map_len(m), 0);
	map_free(m);
}
END_TEST

/* Also the name of a section may hide nothing, and no slice is read past its end. */
START_TEST(every_truncation_is_refused)
{
	for (size_t n = 0; n < out.image.len; n++) {
		struct guard g = guard_new(bytes_first(buffer_bytes(&out.image), n));

		error[0] = '\0';
		ck_assert_msg(!state_check(g.bytes, error), "%zu", n);
		ck_assert_msg(error[0] != '\0', "%zu", n);
		guard_free(&g);
	}
}
END_TEST

START_TEST(every_flipped_bit_is_refused)
{
	for (size_t n = 0; n < out.image.len * 8; n++) {
		out.image.at[n / 8] ^= (uint8_t)(1 << n % 8);
		error[0] = '\0';
		ck_assert_msg(!state_check(buffer_bytes(&out.image), error), "%zu", n);
		ck_assert_msg(error[0] != '\0', "%zu", n);
		out.image.at[n / 8] ^= (uint8_t)(1 << n % 8);
	}
	ck_assert(state_check(buffer_bytes(&out.image), error));
}
END_TEST

/* Even with a right checksum, what is inside is read with care: every truncation of the sections. */
START_TEST(a_right_checksum_does_not_make_trust)
{
	size_t whole = out.image.len - sizeof(struct identity);

	for (size_t n = 32; n < whole; n++) {
		struct map *m = map_new(sizeof(uint32_t), sizeof(uint64_t), 10, NULL, NULL);
		struct state_out cut;
		struct guard g;
		struct state_in in;

		buffer_init(&cut.image, 1 << 16);
		ck_assert(buffer_append(&cut.image, bytes_first(buffer_bytes(&out.image), n)));
		ck_assert(state_finish(&cut));
		g = guard_new(buffer_bytes(&cut.image));
		ck_assert(state_check(g.bytes, error));
		ck_assert(!state_find(g.bytes, "map", &in));
		guard_free(&g);
		state_out_clear(&cut);
		map_free(m);
	}
}
END_TEST

START_TEST(refusals_say_why)
{
	struct buffer image;
	uint64_t other = STATE_VERSION + 1;
	struct state_out later;

	buffer_init(&later.image, 1 << 16);
	ck_assert(buffer_append(&later.image, bytes_first(buffer_bytes(&out.image), out.image.len - 16)));
	memcpy(later.image.at + 16, &other, sizeof(other));
	ck_assert(state_finish(&later));
	ck_assert(!state_check(buffer_bytes(&later.image), error));
	ck_assert_str_eq(error, "it is of version 2, and this program reads version 1");
	later.image.at[24] ^= 1;
	ck_assert(!state_check(buffer_bytes(&later.image), error));
	ck_assert_str_eq(error, "it was written by another kind of machine");
	state_out_clear(&later);
	out.image.at[40] ^= 1;
	ck_assert(state_save(path, buffer_bytes(&out.image), error));
	ck_assert_int_eq(load(&image), STATE_REFUSED);
	ck_assert_str_eq(error, "it is damaged: its checksum is wrong");
	buffer_clear(&image);
	ck_assert(state_save(path, BYTES("sensor: name\nand other text that is none of ours"), error));
	ck_assert_int_eq(load(&image), STATE_REFUSED);
	ck_assert_str_eq(error, "it is not a state of mailtapd");
	buffer_clear(&image);
	ck_assert(state_save(path, BYTES(""), error));
	ck_assert_int_eq(load(&image), STATE_REFUSED);
	ck_assert_str_eq(error, "it is too short to be a state of mailtapd");
	buffer_clear(&image);
	buffer_init(&image, 10);
	ck_assert(state_save(path, BYTES("12345678901"), error));
	ck_assert_int_eq(state_load(path, &image, error), STATE_REFUSED);
	ck_assert_str_eq(error, "it is larger than a state may be");
	buffer_clear(&image);
}
END_TEST

START_TEST(there_is_the_old_one_or_the_new_one)
{
	struct buffer image;
	struct stat s;
	int fd;

	ck_assert_int_eq(load(&image), STATE_ABSENT);
	ck_assert(state_save(path, buffer_bytes(&out.image), error));
	/* What a killed process left half-written does not matter, and is replaced. */
	fd = open(fresh, O_WRONLY | O_CREAT, 0600);
	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(write(fd, "half", 4), 4);
	close(fd);
	ck_assert_int_eq(load(&image), STATE_READ);
	buffer_clear(&image);
	ck_assert(state_save(path, buffer_bytes(&out.image), error));
	ck_assert_int_eq(access(fresh, F_OK), -1);
	ck_assert_int_eq(stat(path, &s), 0);
	ck_assert_uint_eq(s.st_mode & 0777, 0600);
	/* A link in its place is not written through. */
	ck_assert_int_eq(symlink("/nonexistent/elsewhere", fresh), 0);
	ck_assert(state_save(path, buffer_bytes(&out.image), error));
	/* What cannot be written leaves the old one. */
	ck_assert_int_eq(mkdir(fresh, 0700), 0);
	ck_assert(!state_save(path, BYTES("x"), error));
	ck_assert_ptr_nonnull(strstr(error, "cannot create"));
	ck_assert_int_eq(rmdir(fresh), 0);
	ck_assert_int_eq(load(&image), STATE_READ);
	buffer_clear(&image);
	ck_assert(!state_save("/nonexistent/state", BYTES("x"), error));
}
END_TEST

START_TEST(the_ceiling_holds)
{
	struct state_out small;

	state_out_init(&small, 100);
	state_begin(&small, "numbers");
	for (int i = 0; i < 100; i++)
		state_put_u64(&small, 1);
	state_end(&small);
	ck_assert(!state_finish(&small));
	ck_assert_uint_le(small.image.len, 100);
	state_out_clear(&small);
}
END_TEST

static void
add_tests(TCase *tests)
{
	tcase_add_checked_fixture(tests, setup, teardown);
	tcase_add_test(tests, what_was_put_in_comes_out);
	tcase_add_test(tests, a_map_takes_all_or_nothing);
	tcase_add_test(tests, every_truncation_is_refused);
	tcase_add_test(tests, every_flipped_bit_is_refused);
	tcase_add_test(tests, a_right_checksum_does_not_make_trust);
	tcase_add_test(tests, refusals_say_why);
	tcase_add_test(tests, there_is_the_old_one_or_the_new_one);
	tcase_add_test(tests, the_ceiling_holds);
}

CHECK_MAIN("detect/state", add_tests)
