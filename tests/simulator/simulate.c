/* SPDX-License-Identifier: Apache-2.0
 *
 * simulate: runs the staff alone, for what is said of nothing, and again with the attacks, for what is found of them;
 * writes the tables of tests/bench/DETECTION.md. Exit 1: a goal is missed.
 */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "simulator/world.h"

#define ROWS_MAX 32
#define RULES_MAX 64
#define REPEATS_MAX 8
#define FALSE_MAX 400

struct said {
	char rule[40];
	uint64_t right, wrong;
};

static struct results {
	bool measuring, hostile;
	bool found[ROWS_MAX][INTENSITIES][REPEATS_MAX];
	unsigned level, repeat;
	int64_t minute; /* of those measured */
	struct said rules[RULES_MAX];
	size_t rule_count;
	unsigned wrong, wrong_high, told;
	char lines[FALSE_MAX][400];
} results;

static struct said *
rule_of(const char *name)
{
	for (size_t i = 0; i < results.rule_count; i++)
		if (strcmp(results.rules[i].rule, name) == 0)
			return &results.rules[i];
	if (results.rule_count == RULES_MAX)
		abort();
	snprintf(results.rules[results.rule_count].rule, sizeof(results.rules[0].rule), "%s", name);
	return &results.rules[results.rule_count++];
}

static void find_late(const char *rule);

static void
on_alert(struct world *w, const struct alert *a)
{
	if (!results.measuring)
		return;
	if (results.hostile) {
		rule_of(a->rule->name)->right += w->attack >= 0;
		if (w->attack < 0)
			find_late(a->rule->name);
		else if (strcmp(attacks[w->attack].rule, a->rule->name) == 0)
			results.found[w->attack][results.level][results.repeat] = true;
		return;
	}
	rule_of(a->rule->name)->wrong++;
	results.wrong++;
	results.wrong_high += a->severity >= SEVERITY_HIGH;
	if (results.told < FALSE_MAX)
		snprintf(results.lines[results.told++], sizeof(results.lines[0]), "%s, %s: %.*s", a->rule->name,
		    severity_name(a->severity), (int)(a->reason_text.len < 300 ? a->reason_text.len : 300),
		    (const char *)a->reason_text.at);
}

struct plan {
	uint64_t seed;
	unsigned learning, days, repeats;
	unsigned first; /* intensity: the lower ones are left out */
};

static size_t
attack_count(void)
{
	size_t n = 0;

	while (attacks[n].rule != NULL)
		n++;
	return n;
}

static struct plan plan = { .seed = 1, .learning = 7, .days = 7, .repeats = 3 };

#define LATE 60 /* minutes */

/* Attacks begin one after the other, evenly over the measured days; long ones overlap. The first has an hour for what a
 * detector says of the past. */
static int64_t
begin_of(size_t row)
{
	int64_t room = (int64_t)plan.days * 1440 - 1440 - 2 * LATE;

	return LATE + room * (int64_t)row / (int64_t)attack_count();
}

/* Some judge by the clock: what they say while nobody acts is of the attack of their kind that runs, or has just ended.
 */
static void
find_late(const char *rule)
{
	for (size_t row = 0; attacks[row].rule != NULL; row++)
		if (strcmp(attacks[row].rule, rule) == 0 && results.minute >= begin_of(row) &&
		    results.minute < begin_of(row) + attacks[row].minutes + LATE)
			results.found[row][results.level][results.repeat] = true;
}

static void
attack_minute(struct world *w)
{
	for (size_t row = 0; attacks[row].rule != NULL; row++) {
		const struct attack *a = &attacks[row];
		int64_t minute = results.minute - begin_of(row);
		struct deed d = { .intensity = a->at[results.level],
			.number = (unsigned)(row + 1 + 29 * results.repeat),
			.minute = (unsigned)minute,
			.minutes = a->minutes };

		if (minute < 0 || minute >= a->minutes)
			continue;
		w->attack = (int)row;
		a->act(w, &d);
		w->attack = -1;
	}
}

static uint64_t
run(const struct plan *p, uint64_t seed, bool hostile)
{
	char learning[64], settled[64], migration[128];
	const char *sets[] = { "home_networks=10.0.0.0/8", "local_domains=company.example", "roles.backup=10.0.9.9",
		"roles.webmail=10.0.0.80", "roles.mail_servers=10.0.0.25", migration, learning,
		"detect.auto_forward.allow=keeper.example because archive of orders",
		"detect.privileged_login.accounts=root", settled, NULL };
	struct world w = { .alert = on_alert };
	int64_t minutes = (int64_t)(p->learning + p->days) * 1440;

	snprintf(learning, sizeof(learning), "detect.learning=%ud", p->learning);
	/* Three days by default, which a shortened run has not got. */
	snprintf(settled, sizeof(settled), "detect.new_client.settled=%uh", p->learning < 3 ? 12 * p->learning : 72);
	snprintf(
	    migration, sizeof(migration), "roles.migration=10.0.9.8 from 2023-11-18 until 2023-12-31 because move");
	results.hostile = hostile;
	results.measuring = false;
	world_open(&w, seed, sets);
	staff_open(&w);
	for (int64_t m = 0; m < minutes; m++) {
		w.now = MONDAY + m * MINUTE;
		results.minute = m - (int64_t)p->learning * 1440;
		results.measuring = results.minute >= 0;
		staff_minute(&w);
		if (hostile && results.measuring)
			attack_minute(&w);
	}
	world_close(&w);
	return w.observations;
}

/* -> whether the goal of finding is met */
static bool
print_found(const struct plan *p)
{
	bool met = true;

	printf("## What is found\n\nOf %u attacks each. The intensity from which on the defaults promise to find it is "
	       "marked with *. "
	       "Windows slide by quarters: what takes the whole of one may lose a quarter of its length. The attacks "
	       "of a row share the world with those of others: forward_ratio sums up what is forwarded in all.\n\n"
	       "| rule | attack | found of intensity ... | | | | |\n|---|---|--:|--:|--:|--:|---|\n",
	    p->repeats);
	for (size_t r = 0; attacks[r].rule != NULL; r++) {
		const struct attack *a = &attacks[r];

		printf("| `%s` | %s |", a->rule, a->name);
		for (size_t i = p->first; i < INTENSITIES; i++) {
			unsigned n = 0;

			for (unsigned k = 0; k < p->repeats; k++)
				n += results.found[r][i][k];
			printf(" %u%s: %u/%u |", a->at[i], a->at[i] >= a->stated ? "*" : "", n, p->repeats);
			met &= a->at[i] < a->stated || n == p->repeats;
		}
		printf(" %s |\n", a->unit);
	}
	printf("\n");
	return met;
}

static bool
print_quiet(const struct plan *p)
{
	printf("## What is said of ordinary mail\n\n%u alerts in %u days, %u of them high or critical; goal: at most "
	       "one a day, none "
	       "high.\n\n",
	    results.wrong, p->days, results.wrong_high);
	for (unsigned i = 0; i < results.told; i++)
		printf("- %s\n", results.lines[i]);
	return results.wrong <= p->days && results.wrong_high == 0;
}

/* Of the attacks of a rule that the defaults promise to find: how many there were, and how many were found. */
static unsigned
found_of(const struct plan *p, const char *rule, unsigned *promised)
{
	unsigned found = 0;

	*promised = 0;
	for (size_t r = 0; attacks[r].rule != NULL; r++)
		for (size_t i = p->first; i < INTENSITIES && strcmp(attacks[r].rule, rule) == 0; i++)
			for (unsigned k = 0; k < p->repeats && attacks[r].at[i] >= attacks[r].stated; k++, ++*promised)
				found += results.found[r][i][k];
	return found;
}

static void
print_precision(const struct plan *p)
{
	printf("\n## Precision and recall\n\nPrecision: alerts of attacks among all alerts of the rule, where a week "
	       "without attacks stands beside those with them. Recall: attacks found among those that the defaults "
	       "promise to find.\n\n"
	       "| rule | alerts of attacks | of ordinary mail | precision | recall |\n|---|--:|--:|--:|--:|\n");
	for (size_t i = 0; i < results.rule_count; i++) {
		const struct said *s = &results.rules[i];
		unsigned promised, found = found_of(p, s->rule, &promised);

		printf("| `%s` | %llu | %llu | %.2f |", s->rule, (unsigned long long)s->right,
		    (unsigned long long)s->wrong, (double)s->right / (double)(s->right + s->wrong));
		if (promised > 0)
			printf(" %.2f (%u of %u) |\n", (double)found / promised, found, promised);
		else
			printf(" |\n");
	}
}

int
main(int argc, char **argv)
{
	uint64_t quiet, hostile = 0;
	bool fine;
	int c;

	while ((c = getopt(argc, argv, "s:l:d:r:i:")) != -1) {
		unsigned value = optarg == NULL ? 0 : (unsigned)strtoul(optarg, NULL, 10);

		if (c == 's')
			plan.seed = value;
		else if (c == 'l')
			plan.learning = value;
		else if (c == 'd')
			plan.days = value;
		else if (c == 'i' && value < INTENSITIES)
			plan.first = value;
		else if (c == 'r' && value > 0 && value <= REPEATS_MAX)
			plan.repeats = value;
		else
			return 2;
	}
	if (plan.days < 2 || plan.learning < 1)
		return 2;
	quiet = run(&plan, plan.seed, false);
	for (results.level = plan.first; results.level < INTENSITIES; results.level++)
		for (results.repeat = 0; results.repeat < plan.repeats; results.repeat++)
			hostile += run(&plan, plan.seed + 1 + results.repeat, true);
	printf("# Detection, simulated\n\nWritten by `make detection`; tests/simulator says what happens there. Seed "
	       "%llu: %u days of "
	       "learning, then %u days, of 500 people: %llu observations of ordinary mail, and %llu in worlds with one "
	       "attack of each "
	       "row at one intensity. Settings: the defaults, with "
	       "home networks, domains, roles and one approved forward named.\n\n",
	    (unsigned long long)plan.seed, plan.learning, plan.days, (unsigned long long)quiet,
	    (unsigned long long)hostile);
	fine = print_found(&plan);
	fine &= print_quiet(&plan);
	print_precision(&plan);
	return fine ? 0 : 1;
}
