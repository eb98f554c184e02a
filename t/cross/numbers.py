"""Checks the core's number rules against python-stdnum.

Usage: python3 numbers.py PROGRAM (see numbers.c)

The domains are those in which stdnum agrees with the standards: it knows
regions from a table of its own, so that only some sure ones are generated,
and neither the check character of the organisation code in a credit code nor
the registration authority, so that both are always right here.
"""

import datetime
import random
import subprocess
import sys

from stdnum.cn import ric, uscc

COUNT = 2000
REGIONS = ['110105', '130102', '310104', '410102', '410105', '440106',
           '500103', '510104', '610102', '650102']
NO_PROVINCES = ['00', '01', '10', '16', '24', '38', '47', '55', '66', '70']
ALPHABET = '0123456789ABCDEFGHJKLMNPQRTUWXY'

rnd = random.Random(20260101)


def digits(n):
    return ''.join(rnd.choice('0123456789') for _ in range(n))


def date():
    day = datetime.date(1900, 1, 1) + datetime.timedelta(rnd.randrange(46000))
    return day.strftime('%Y%m%d')


def no_date():
    return str(rnd.randrange(1900, 2026)) + rnd.choice(
        ['0230', '0431', '1131', '1301', '0001', '0100', '1232'])


def resident(region=None, born=None):
    front = (region or rnd.choice(REGIONS)) + (born or date()) + digits(3)
    return front + ric.calc_check_digit(front + '0')


def credit_code():
    body = ''.join(rnd.choice(ALPHABET) for _ in range(8))
    weights = (3, 7, 9, 10, 5, 8, 4, 2)
    total = sum(w * int(c, 36) for w, c in zip(weights, body))
    front = (rnd.choice(['91', '92', '93', '11', '12', '51', '52', '53'])
             + rnd.choice(REGIONS) + body + '0X987654321'[total % 11])
    return front + uscc.calc_check_digit(front)


def slip(number, start, end, alphabet):
    at = rnd.randrange(start, end)
    other = rnd.choice([c for c in alphabet if c != number[at]])
    return number[:at] + other + number[at + 1:]


CHECKS = [
    ('resident', ric, 'right numbers', resident),
    ('resident', ric, 'slips in the sequence',
     lambda: slip(resident(), 14, 17, '0123456789')),
    ('resident', ric, 'slips in the check character',
     lambda: slip(resident(), 17, 18, '0123456789X')),
    ('resident', ric, 'dates that never are',
     lambda: resident(born=no_date())),
    ('resident', ric, 'provinces that never were',
     lambda: resident(region=rnd.choice(NO_PROVINCES) + '0102')),
    ('resident', ric, 'wrong lengths',
     lambda: rnd.choice([resident()[1:], resident() + '0'])),
    ('credit_code', uscc, 'right codes', credit_code),
    ('credit_code', uscc, 'slips',
     lambda: slip(credit_code(), 8, 18, ALPHABET)),
    ('credit_code', uscc, 'letters outside the alphabet',
     lambda: slip(credit_code(), 8, 18, 'IOSVZ')),
    ('credit_code', uscc, 'wrong lengths',
     lambda: rnd.choice([credit_code()[1:], credit_code() + '0'])),
]


def core(kind, numbers):
    lines = ''.join('%s %s\n' % (kind, number) for number in numbers)
    run = subprocess.run([sys.argv[1]], input=lines, stdout=subprocess.PIPE,
                         check=True, universal_newlines=True)
    return run.stdout.split('\n')[:-1]


def main():
    failed = 0

    print('1..%d' % len(CHECKS))

    for test, (kind, module, name, generate) in enumerate(CHECKS, 1):
        numbers = [generate() for _ in range(COUNT)]
        words = core(kind, numbers)
        different = [(number, word) for number, word in zip(numbers, words)
                     if module.is_valid(number) != (word == 'ok')]
        wrong = len(words) != COUNT or different

        failed += bool(wrong)
        print('%s %d - %s as python-stdnum: %d %s'
              % ('not ok' if wrong else 'ok', test, kind, COUNT, name))

        for number, word in different[:3]:
            print('# %s: core says %s' % (number, word))

    return 1 if failed else 0


if __name__ == '__main__':
    sys.exit(main())
