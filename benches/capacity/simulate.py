#!/usr/bin/env python3
"""A day in the life of a server with so many accounts, minute by minute: how far one server goes.

    benches/capacity/simulate.py [ACCOUNTS ...]        # 100000 1000000 10000000 where none is given

What a person does is assumed (PEOPLE), what the software does was measured (COSTS, each with the bench that measured
it), what things cost is a price list (PRICES). All three stand at the top, to be changed. Albums, likes and pages come
at random, more of them in the evening; followers are as unequal as they are everywhere. Work that cannot be done in its
minute waits, and the longest wait is printed; so is the number of cores with which nothing waits longer than a minute.

Needs nothing but Python. The same numbers come out each time.
"""

import bisect
import math
import random
import sys

PEOPLE = dict(
    active=0.08,  # of the accounts on one day
    albums=0.4,  # a day, of somebody active
    photos=2.2,  # in an album
    home=12,  # pages of a home or a list opened a day
    unchanged=0.35,  # of these nothing has changed since the last time
    profiles=6,  # pages of a person or a post opened a day, by people
    visitors=0.5,  # the same by people without an account, for each of theirs
    pictures=12,  # sizes of photos fetched for a page, on average 1600 and 480 wide half and half
    likes=6,  # a day, of somebody active
    answers=0.5,
    here=0.4,  # of somebody's followers, those on this server
    followers=4.0,  # the least; the mean is six times as many
    unequal=1.2,  # exponent of Pareto: 80 % of the followers follow 15 % of the people
    evening=1.8,  # the busiest hour, of the mean
    peers=4_000,  # servers that somebody follows from; the largest holds a tenth
    heard=1.5,  # albums, likes and answers of others that come in, for each of ours
    fans=3,  # people here who follow somebody elsewhere whose album comes in
)

COSTS = dict(
    # benches/photo/run --server: CPU seconds of one 12 Mpx upload, all in all
    photo=0.19,
    # an upload of 12 Mpx: original, and the five sizes made of it
    original=4_721_335,
    sizes=3_394_503,
    size_1600=412_557,
    size_480=41_458,
    # benches/api/run: CPU seconds of an answer made anew, of one from memory, KiB packed
    page=0.0024,
    remembered=0.000035,
    page_kib=9,
    # benches/delivery/run: CPU seconds of a delivery, with its share of the database
    delivery=0.0009,
    # benches/inbox/run: CPU seconds of an activity taken in and understood (13.7 s for 2 400)
    inbox=0.0057,
    # benches/timelines/run: entries put into homes a second by one writer of SQLite, beside others who write
    entries=51_000,
    # bytes of the database with its indexes: 172 MB for 100 000 posts with a photo each, and rows of the others
    # written into empty tables of SQLite
    post=1_800,
    entry=112,
    account=2_150,
    like=272,
    # benches/inbox/run: SQLite's one writer took 2 000 a second, in groups, synchronous=FULL
    write=1 / 2_000,
)

PRICES = dict(core=9.0, storage=0.006, bucket=0.010, egress=0.01)  # a month: a core, GB of database, of media, sent

MINUTES = 24 * 60


def busy(minute):
    """How busy a minute is, of the mean: most at nine in the evening."""
    return 1 + (PEOPLE["evening"] - 1) * math.cos((minute / MINUTES - 21 / 24) * 2 * math.pi)


def poisson(chance, mean):
    """A number of events; close enough where there are many."""
    if mean > 50:
        return max(0, round(chance.gauss(mean, math.sqrt(mean))))
    least, count, product = math.exp(-mean), 0, chance.random()
    while product > least:
        count, product = count + 1, product * chance.random()
    return count


class Peers:
    """How many different servers so many followers elsewhere are on."""

    def __init__(self):
        weights = [1 / (n + 2) for n in range(PEOPLE["peers"])]
        total = sum(weights)
        self.at = [round(1.5**n) for n in range(1, 40)]
        self.found = [sum(1 - (1 - w / total) ** count for w in weights) for count in self.at]

    def of(self, followers):
        if followers <= 1:
            return followers
        n = min(bisect.bisect_left(self.at, followers), len(self.at) - 1)
        return min(followers, round(self.found[n]))


class Queue:
    """Work in seconds of one core; what is not done in its minute waits."""

    def __init__(self, cores):
        self.cores, self.left, self.longest, self.done = cores, 0.0, 0.0, 0.0

    def minute(self, work):
        self.left += work
        done = min(self.left, self.cores * 60)
        self.left -= done
        self.done += done
        self.longest = max(self.longest, self.left / self.cores)


def day(accounts, seed=1):
    """What one day brings: sums, and for each minute what each kind of work takes."""
    chance, peers = random.Random(seed), Peers()
    active = accounts * PEOPLE["active"]
    sums = dict(albums=0, photos=0, entries=0, deliveries=0, fresh=0, remembered=0, pictures=0, likes=0, heard=0)
    minutes = []
    most = 0
    for minute in range(MINUTES):
        share = busy(minute) / MINUTES
        albums = poisson(chance, active * PEOPLE["albums"] * share)
        now = dict(photos=0, entries=0, deliveries=0)
        for _ in range(albums):
            followers = PEOPLE["followers"] * chance.paretovariate(PEOPLE["unequal"])
            followers = min(round(followers), accounts // 2)
            here = round(followers * PEOPLE["here"])
            now["photos"] += 1 + poisson(chance, PEOPLE["photos"] - 1)
            now["entries"] += here + 1
            now["deliveries"] += peers.of(followers - here)
            most = max(most, here)
        likes = poisson(chance, active * (PEOPLE["likes"] + PEOPLE["answers"]) * share)
        now["deliveries"] += round(likes * (1 - PEOPLE["here"]))
        homes = poisson(chance, active * PEOPLE["home"] * share)
        others = poisson(chance, active * PEOPLE["profiles"] * (1 + PEOPLE["visitors"]) * share)
        remembered = round(homes * PEOPLE["unchanged"] + others * 0.6)
        fresh = homes + others - remembered
        come = poisson(chance, albums * PEOPLE["heard"])
        heard = come + poisson(chance, likes * PEOPLE["heard"])
        now["entries"] += come * PEOPLE["fans"]
        minutes.append(
            dict(
                web=fresh * COSTS["page"] + remembered * COSTS["remembered"] + heard * COSTS["inbox"],
                photos=now["photos"] * COSTS["photo"],
                deliveries=now["deliveries"] * COSTS["delivery"],
                # SQLite has one: it does not become faster with more cores. PostgreSQL has many.
                writer=now["entries"] / COSTS["entries"] + (albums * 3 + likes + heard) * COSTS["write"],
            )
        )
        for name, count in dict(
            albums=albums, likes=likes, fresh=fresh, remembered=remembered, heard=heard,
            pictures=(homes + others) * PEOPLE["pictures"], **now,
        ).items():
            sums[name] += count
    return sums, minutes, most


def wait(minutes, kind, cores):
    queue = Queue(cores)
    for minute in minutes:
        queue.minute(minute[kind])
    return queue.longest


def cores(minutes, kind):
    """The least with which nothing waits for longer than a minute."""
    count = 1
    while wait(minutes, kind, count) > 60:
        count += 1
    return count


def show(accounts):
    sums, minutes, most = day(accounts)
    per = lambda kind: max(minute[kind] for minute in minutes) / 60
    year, month = 365, 30.4
    media = sums["photos"] * (COSTS["original"] + COSTS["sizes"])
    rows = (
        sums["albums"] * COSTS["post"] + sums["heard"] * COSTS["post"] * 0.3 + sums["likes"] * COSTS["like"]
    ) * year + accounts * (COSTS["account"] + PEOPLE["active"] * 4 * 800 * COSTS["entry"])
    sent = sums["pictures"] * (COSTS["size_1600"] + COSTS["size_480"]) / 2
    sent += (sums["fresh"] + sums["remembered"]) * COSTS["page_kib"] * 1024
    sent += sums["deliveries"] / PEOPLE["likes"] * COSTS["sizes"] * 0.2
    need = {kind: cores(minutes, kind) for kind in ("web", "photos", "deliveries")}
    total = sum(need.values())
    bill = dict(
        cores=total * PRICES["core"],
        database=rows / 1e9 * PRICES["storage"] * 10,
        media=media * year / 1e9 * PRICES["bucket"],
        egress=sent * month / 1e9 * PRICES["egress"],
    )
    rush = max(range(MINUTES), key=lambda n: minutes[n]["web"])
    print(f"\n{accounts:,} accounts, {accounts * PEOPLE['active']:,.0f} of them active on a day")
    print(f"  albums a day          {sums['albums']:>14,}   photos {sums['photos']:,}")
    print(f"  pages a second        {(sums['fresh'] + sums['remembered']) / 86_400:>14,.1f}"
          f"   in the busiest minute {busy(rush) * (sums['fresh'] + sums['remembered']) / 86_400:,.1f}")
    print(f"  deliveries a second   {sums['deliveries'] / 86_400:>14,.1f}"
          f"   in the busiest minute {per('deliveries') / COSTS['delivery']:,.1f}")
    print(f"  activities heard      {sums['heard'] / 86_400:>14,.1f}   a second")
    print(f"  home entries a day    {sums['entries']:>14,}   of one post at most {most:,}")
    print(f"  media a year, TB      {media * year / 1e12:>14,.2f}")
    print(f"  database after a year {rows / 1e9:>14,.1f}   GB")
    print(f"  sent a month, TB      {sent * month / 1e12:>14,.2f}   {sent * 8 / 86_400 / 1e6:,.0f} Mbit/s on average")
    print(f"  cores                 {total:>14}   " + ", ".join(f"{kind} {count}" for kind, count in need.items()))
    print(f"  the writer is busy    {per('writer') * 100:>13.1f}%   in its busiest minute,"
          f" and somebody waits {wait(minutes, 'writer', 1):,.0f} s at most")
    print(f"  a month               {sum(bill.values()):>14,.0f}   "
          + ", ".join(f"{what} {cost:,.0f}" for what, cost in bill.items()))
    for some in (2, 4, 8, 16, 32):
        shares = {kind: per(kind) / some for kind in ("web", "photos", "deliveries")}
        if sum(shares.values()) < 1:
            print(f"  one machine of {some} cores is {sum(shares.values()) * 100:.0f} % busy in its busiest minute")
            break
    else:
        print("  no one machine does all of it")


if __name__ == "__main__":
    for given in sys.argv[1:] or ["100000", "1000000", "10000000"]:
        show(int(given))
