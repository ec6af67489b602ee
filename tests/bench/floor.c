/* SPDX-License-Identifier: Apache-2.0
 *
 * floor FILE: reads a capture file as the sensor does and looks at nothing: what no program on libpcap can go below.
 */
#include <stdio.h>

#include "capture/source.h"

#define BATCH 256 /* capture.batch */
#define ERROR_MAX 512

struct sum {
	unsigned long long frames, octets;
};

static void
count(void *arg, const struct frame *frame)
{
	struct sum *sum = arg;

	sum->frames++;
	sum->octets += frame->wire_len;
}

int
main(int argc, char **argv)
{
	struct capture_settings settings = { .snaplen = 262144 };
	struct sum sum = { 0 };
	char error[ERROR_MAX];
	enum source_state state;
	struct source *source;

	if (argc != 2) {
		fprintf(stderr, "usage: floor FILE\n");
		return 1;
	}
	source = source_open_file(argv[1], 0, &settings, error, sizeof(error));
	if (source == NULL) {
		fprintf(stderr, "floor: %s\n", error);
		return 1;
	}
	do
		state = source_read(source, BATCH, count, &sum);
	while (state == SOURCE_READY);
	if (state != SOURCE_ENDED)
		fprintf(stderr, "floor: %s\n", source_error(source));
	source_close(source);
	printf("frames %llu\nbytes %llu\n", sum.frames, sum.octets);
	return state == SOURCE_ENDED ? 0 : 1;
}
