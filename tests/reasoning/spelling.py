"""Which entities should a text find? Every name is read, every pair of words is compared by the textbook's table."""

from collections.abc import Iterable, Mapping


def edits(one: str, other: str) -> int:
    """Optimal string alignment, the whole table (Boytsov 2011, section 2)."""
    table = {(i, 0): i for i in range(len(one) + 1)} | {(0, j): j for j in range(len(other) + 1)}
    for i in range(1, len(one) + 1):
        for j in range(1, len(other) + 1):
            ways = [table[i - 1, j] + 1, table[i, j - 1] + 1, table[i - 1, j - 1] + (one[i - 1] != other[j - 1])]
            if i > 1 and j > 1 and one[i - 2 : i] == other[j - 2 : j][::-1]:
                ways.append(table[i - 2, j - 2] + 1)
            table[i, j] = min(ways)
    return table[len(one), len(other)]


def simple_words(name: str) -> tuple[set[str], int]:
    """Words of a name in plain ASCII: lower case, parts of each run, and each run as a whole."""
    words, count = set(), 0
    for chunk in name.lower().split():
        parts = "".join(c if c.isalnum() else " " for c in chunk).split()
        count += len(parts)
        words |= {part[:64] for part in parts} | ({"".join(parts)[:64]} if parts else set())
    return words, count


def worth(asked: str, name: str, *, typos: bool) -> int:
    """What a name is worth for one word without signs; 0: nothing."""
    words, count = simple_words(name)
    best = 0
    for word in words:
        if word == asked:
            best = max(best, 100)
        elif word.startswith(asked):
            best = max(best, 70 + 20 * len(asked) // len(word))
        elif typos and len(asked) >= 4:
            far = edits(asked, word)
            best = max(best, 60 if far == 1 else 40 if far == 2 and len(asked) >= 8 else 0)
    return best - min(max(count - 1, 0), 9) if best else 0


def found(text: str, names: Mapping[str, Iterable[str]]) -> tuple[dict[str, int], bool]:
    """Entities with what they are worth, and whether typos had to be taken; names by entity."""
    for typos in (False, True):
        totals = {}
        for entity, called in names.items():
            asked = text.lower().split()
            each = [max((worth(word, name, typos=typos) for name in called), default=0) for word in asked]
            if all(each):
                totals[entity] = sum(each) // len(each)
        if totals:
            return totals, typos
    return {}, False
