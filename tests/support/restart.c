/* SPDX-License-Identifier: Apache-2.0 */
#include "support/restart.h"

#include <stdlib.h>

#include "detect/state.h"

void *
restart(const struct detector *row, void *self, const struct detector_context *context)
{
	struct state_out out;
	char error[STATE_ERROR_MAX];

	state_out_init(&out, (size_t)1 << 28);
	row->save(self, &out);
	if (!state_finish(&out) || !state_check(buffer_bytes(&out.image), error))
		abort();
	row->close(self);
	self = row->open(context);
	if (self == NULL || row->load(self, buffer_bytes(&out.image)) != 0)
		abort();
	state_out_clear(&out);
	return self;
}
