/* SPDX-License-Identifier: Apache-2.0
 *
 * Files of every form, whole and damaged; and, as root, an interface of a network namespace of the test's own that goes
 * down and away.
 */
#include "capture/source.h"

#include <linux/if_packet.h>
#include <net/if.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "support/check_main.h"

static char directory[64], path[96];
static const struct capture_settings plain = { .snaplen = 65535 };

static void
setup(void)
{
	snprintf(directory, sizeof(directory), "/tmp/mailtap-source-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(directory));
	snprintf(path, sizeof(path), "%s/x.pcap", directory);
}

static void
teardown(void)
{
	(void)unlink(path);
	(void)rmdir(directory);
}

static void
put32(FILE *f, uint32_t value, bool big)
{
	for (int i = 0; i < 4; i++)
		fputc((int)(value >> (big ? 24 - 8 * i : 8 * i) & 0xff), f);
}

static void
put16(FILE *f, uint16_t value, bool big)
{
	fputc(big ? value >> 8 : value & 0xff, f);
	fputc(big ? value & 0xff : value >> 8, f);
}

/* A pcap file of `frames` frames of 60 octets, one a second, and `fraction` in the second half of the time. */
static void
write_pcap(uint32_t magic, bool big, int frames, uint32_t fraction, size_t cut)
{
	FILE *f = fopen(path, "w");
	long size;

	ck_assert_ptr_nonnull(f);
	put32(f, magic, big);
	put16(f, 2, big);
	put16(f, 4, big);
	put32(f, 0, big);
	put32(f, 0, big);
	put32(f, 65535, big);
	put32(f, 1, big);
	for (int i = 0; i < frames; i++) {
		put32(f, 1700000000 + (uint32_t)i, big);
		put32(f, fraction, big);
		put32(f, 60, big);
		put32(f, 1000, big);
		for (int k = 0; k < 60; k++)
			fputc(i, f);
	}
	size = ftell(f);
	fclose(f);
	ck_assert_int_eq(truncate(path, size - (long)cut), 0);
}

struct seen {
	int frames;
	usec_t first;
	struct frame last;
};

static void
see(void *arg, const struct frame *f)
{
	struct seen *s = arg;

	if (s->frames++ == 0)
		s->first = f->time;
	s->last = *f;
}

static enum source_state
read_all(struct seen *s, char error[512])
{
	struct source *source = source_open_file(path, 3, &plain, error, 512);
	enum source_state state;

	memset(s, 0, sizeof(*s));
	ck_assert_msg(source != NULL, "%s", error);
	ck_assert_int_eq(source_descriptor(source), -1);
	ck_assert_str_eq(source_name(source), path);
	ck_assert_int_eq(source_link_type(source), 1);
	while ((state = source_read(source, 2, see, s)) == SOURCE_READY)
		ck_assert_int_le(s->frames, 100);
	if (state == SOURCE_BROKEN)
		snprintf(error, 512, "%s", source_error(source));
	ck_assert_uint_eq(source_counters(source).received, (uint64_t)s->frames);
	source_close(source);
	return state;
}

START_TEST(forms_of_files)
{
	static const struct {
		uint32_t magic;
		bool big;
		uint32_t fraction;
	} forms[] = {
		{ 0xa1b2c3d4, false, 123456 },
		{ 0xa1b2c3d4, true, 123456 },
		{ 0xa1b23c4d, false, 123456789 },
		{ 0xa1b23c4d, true, 123456789 },
	};

	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		struct seen s;
		char error[512] = "";

		write_pcap(forms[i].magic, forms[i].big, 5, forms[i].fraction, 0);
		ck_assert_int_eq(read_all(&s, error), SOURCE_ENDED);
		ck_assert_int_eq(s.frames, 5);
		ck_assert_int_eq(s.first, INT64_C(1700000000123456));
		ck_assert_uint_eq(s.last.data.len, 60);
		ck_assert_uint_eq(s.last.wire_len, 1000);
		ck_assert_uint_eq(s.last.interface, 3);
		ck_assert_int_eq(s.last.link_type, 1);
	}
}
END_TEST

START_TEST(cut_anywhere_in_the_last_packet)
{
	for (size_t cut = 1; cut < 76; cut++) {
		struct seen s;
		char error[512] = "";

		write_pcap(0xa1b2c3d4, false, 3, 0, cut);
		ck_assert_int_eq(read_all(&s, error), SOURCE_BROKEN);
		ck_assert_int_eq(s.frames, 2);
		ck_assert_msg(strstr(error, path) != NULL && strstr(error, "damaged") != NULL, "%s", error);
	}
}
END_TEST

START_TEST(cannot_be_opened)
{
	char error[512] = "";
	FILE *f;

	ck_assert_ptr_null(source_open_file("/nonexistent/x.pcap", 0, &plain, error, sizeof(error)));
	ck_assert_ptr_nonnull(strstr(error, "/nonexistent/x.pcap: No such file"));
	ck_assert_ptr_null(source_open_file(directory, 0, &plain, error, sizeof(error)));
	ck_assert_ptr_nonnull(strstr(error, "is a directory"));
	f = fopen(path, "w");
	fclose(f);
	ck_assert_ptr_null(source_open_file(path, 0, &plain, error, sizeof(error)));
	ck_assert_ptr_nonnull(strstr(error, "is empty"));
	f = fopen(path, "w");
	fputs("something else altogether, and long enough", f);
	fclose(f);
	ck_assert_ptr_null(source_open_file(path, 0, &plain, error, sizeof(error)));
	ck_assert_ptr_nonnull(strstr(error, "is no capture file"));
	ck_assert_ptr_null(source_open_live("nosuchif0", 0, &plain, error, sizeof(error)));
	ck_assert_ptr_nonnull(strstr(error, "nosuchif0: "));
	ck_assert(!source_interface_is_up("nosuchif0"));
	ck_assert(!source_interface_is_up("a name far too long for any interface"));
	ck_assert(source_interface_is_up("any"));
}
END_TEST

START_TEST(filter_on_a_file)
{
	struct capture_settings filtered = { .snaplen = 65535, .filter = "ether[0] = 2" };
	struct seen s = { 0 };
	char error[512] = "";
	struct source *source;

	write_pcap(0xa1b2c3d4, false, 5, 0, 0);
	source = source_open_file(path, 0, &filtered, error, sizeof(error));
	ck_assert_msg(source != NULL, "%s", error);
	while (source_read(source, 10, see, &s) == SOURCE_READY)
		;
	ck_assert_int_eq(s.frames, 1);
	source_close(source);
	filtered.filter = "nonsense here";
	ck_assert_ptr_null(source_open_file(path, 0, &filtered, error, sizeof(error)));
	ck_assert_ptr_nonnull(strstr(error, "filter"));
}
END_TEST

/* Puts an empty frame on the wire. */
static void
send_frame(const char *interface)
{
	uint8_t frame[60] = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff };
	struct sockaddr_ll to = { .sll_family = AF_PACKET, .sll_ifindex = (int)if_nametoindex(interface), .sll_halen = 6 };
	int fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(sendto(fd, frame, sizeof(frame), 0, (struct sockaddr *)&to, sizeof(to)), sizeof(frame));
	(void)close(fd);
}

/* Reads for up to two seconds: until there are frames, or (those that were still in the kernel apart) it is broken. */
static enum source_state
read_live(struct source *source, struct seen *s, bool until_broken)
{
	enum source_state state = SOURCE_EMPTY;

	for (int i = 0; i < 200 && state != SOURCE_BROKEN && (until_broken || s->frames == 0); i++) {
		state = source_read(source, 10, see, s);
		(void)usleep(10000);
	}
	return state;
}

START_TEST(an_interface_comes_and_goes)
{
	struct capture_settings live = { .snaplen = 65535, .promiscuous = true, .ring_size = 1 << 20, .immediate = true,
		.block_timeout = 10000 };
	struct seen s = { 0 };
	char error[512] = "";
	struct source *source;

	if (geteuid() != 0 || unshare(CLONE_NEWNET) != 0 ||
	    system("ip link add tap0 type veth peer name wire0 2>/dev/null && ip link set tap0 up && ip link set wire0 up") != 0) {
		fprintf(stderr, "skipped: no network namespace of one's own here\n");
		return;
	}
	source = source_open_live("tap0", 0, &live, error, sizeof(error));
	ck_assert_msg(source != NULL, "%s", error);
	ck_assert_int_ge(source_descriptor(source), 0);
	ck_assert(source_interface_is_up("tap0"));
	send_frame("wire0");
	(void)read_live(source, &s, false);
	ck_assert_int_gt(s.frames, 0);
	ck_assert_int_gt(s.last.time, INT64_C(1700000000000000));
	ck_assert_int_eq(system("ip link set tap0 down"), 0);
	ck_assert(!source_interface_is_up("tap0"));
	ck_assert_int_eq(system("ip link set tap0 up"), 0);
	ck_assert(source_interface_is_up("tap0"));
	ck_assert_int_eq(system("ip link delete tap0"), 0);
	ck_assert(!source_interface_is_up("tap0"));
	ck_assert_int_eq(read_live(source, &s, true), SOURCE_BROKEN);
	ck_assert_ptr_nonnull(strstr(source_error(source), "tap0: "));
	source_close(source);
}
END_TEST

static void
add_tests(TCase *tests)
{
	tcase_add_checked_fixture(tests, setup, teardown);
	tcase_add_test(tests, forms_of_files);
	tcase_add_test(tests, cut_anywhere_in_the_last_packet);
	tcase_add_test(tests, cannot_be_opened);
	tcase_add_test(tests, filter_on_a_file);
	tcase_add_test(tests, an_interface_comes_and_goes);
}

CHECK_MAIN("capture/source", add_tests)
