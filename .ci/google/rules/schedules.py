"""Cron expressions of five fields, and time zones; what a schedule sends: calls.py."""
import re
import zoneinfo

FIELDS = (("minute", 0, 59), ("hour", 0, 23), ("day of month", 1, 31), ("month", 1, 12), ("day of week", 0, 7))
WORDS = {
    "month": "JAN FEB MAR APR MAY JUN JUL AUG SEP OCT NOV DEC".split(),
    "day of week": "SUN MON TUE WED THU FRI SAT".split(),
}
DAYS = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


def check(kind, name, body, _template):
    if kind != "google_cloud_scheduler_job":
        return
    fields = str(body.get("schedule")).split()
    if len(fields) != len(FIELDS):
        yield f"{kind}.{name}.schedule: {body.get('schedule')!r} has not five fields"
    right = len(fields) == len(FIELDS)
    for (what, least, most), text in zip(FIELDS, fields):
        if not all(is_part(part, what, least, most) for part in text.split(",")):
            right = False
            yield f"{kind}.{name}.schedule: {text!r} is no {what}"
    if right and not is_ever(*fields[2:]):
        yield f"{kind}.{name}.schedule: {body['schedule']!r} never comes"
    zone = body.get("time_zone", "UTC")
    if zone not in zoneinfo.available_timezones():
        yield f"{kind}.{name}.time_zone: {zone!r} is no time zone"


def is_part(part, what, least, most):
    words = {word: str(number + least) for number, word in enumerate(WORDS.get(what, []))}
    part = re.sub(r"[A-Z]{3}", lambda found: words.get(found.group(0), "x"), part.upper())
    found = re.fullmatch(r"(\*|(\d+)(?:-(\d+))?)(?:/(\d+))?", part)
    if not found:
        return False
    first, last, step = (None if one is None else int(one) for one in found.group(2, 3, 4))
    within = all(one is None or least <= one <= most for one in (first, last))
    return within and (last is None or first <= last) and (step is None or 1 <= step <= most)


def values(text, what, least, most):
    """Numbers that a field, which is right, stands for."""
    words = {word: str(number + least) for number, word in enumerate(WORDS.get(what, []))}
    for part in text.split(","):
        part = re.sub(r"[A-Z]{3}", lambda found: words[found.group(0)], part.upper())
        span, _, step = part.partition("/")
        first, _, last = span.partition("-")
        start = least if first == "*" else int(first)
        end = most if first == "*" or step and not last else int(last or first)
        yield from range(start, end + 1, int(step or 1))


def is_ever(day, month, weekday):
    """Whether there is such a day: cron asks for either day where both are given."""
    if weekday != "*" or day == "*":
        return True
    return any(one <= DAYS[of - 1] for one in values(day, *FIELDS[2]) for of in values(month, *FIELDS[3]))
