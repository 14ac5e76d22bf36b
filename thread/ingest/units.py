"""How is a value in one unit said in another? A small table of UCUM codes, exact."""

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Final

from thread.errors import InputError, known_near


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit as ``base = value * factor + offset`` of its dimension's base unit."""

    dimension: str
    factor: Fraction
    offset: Fraction = Fraction(0)


def _table() -> dict[str, Unit]:
    units: dict[str, Unit] = {}
    for dimension, codes in {
        "time": "s 1, ms 0.001, us 0.000001, min 60, h 3600, d 86400, wk 604800, mo 2629800, a 31557600",
        "length": "m 1, km 1000, cm 0.01, mm 0.001, um 0.000001, [in_i] 0.0254, [ft_i] 0.3048, [mi_i] 1609.344",
        "area": "m2 1, cm2 0.0001, mm2 0.000001, km2 1000000",
        "volume": "m3 1, L 0.001, l 0.001, mL 0.000001, cm3 0.000001, [gal_us] 0.003785411784",
        "mass": "kg 1, g 0.001, mg 0.000001, t 1000, [lb_av] 0.45359237",
        "speed": "m/s 1, mm/s 0.001, m/min 1/60, km/h 10/36, [in_i]/s 0.0254",
        "acceleration": "m/s2 1, mm/s2 0.001, [g] 9.80665",
        "pressure": "Pa 1, hPa 100, kPa 1000, MPa 1000000, bar 100000, mbar 100, [psi] 6894.757293168",
        "frequency": "Hz 1, kHz 1000, /s 1, /min 1/60, {rpm} 1/60, /h 1/3600",
        "power": "W 1, mW 0.001, kW 1000, MW 1000000, [HP] 745.6998715822702",
        "energy": "J 1, kJ 1000, MJ 1000000, W.h 3600, kW.h 3600000, MW.h 3600000000",
        "flow": "m3/s 1, m3/h 1/3600, L/s 0.001, L/min 1/60000",
        "mass flow": "kg/s 1, kg/h 1/3600, t/h 10/36",
        "current": "A 1, mA 0.001, kA 1000",
        "voltage": "V 1, mV 0.001, kV 1000",
        "resistance": "Ohm 1, mOhm 0.001, kOhm 1000, MOhm 1000000",
        "force": "N 1, kN 1000, [lbf_av] 4.4482216152605",
        "torque": "N.m 1, kN.m 1000",
        "angle": "rad 1, deg 0.0174532925199432958",
        "number": "1 1, % 0.01, [ppm] 0.000001",
        "temperature": "K 1",
    }.items():
        for entry in codes.split(", "):
            code, factor = entry.split()
            units[code] = Unit(dimension, Fraction(factor))
    units["Cel"] = Unit("temperature", Fraction(1), Fraction("273.15"))
    units["[degF]"] = Unit("temperature", Fraction(5, 9), Fraction("459.67") * 5 / 9)
    return units


UNITS: Final = _table()
"""Known units by UCUM code; other codes can be named where nothing has to be converted."""


Conversion = tuple[Fraction, Fraction]
"""Factor and offset."""


def conversion(given: str, kept: str) -> Conversion | None:
    """What brings a value from one unit to another; None where nothing has to be done.

    Raises:
        InputError: ``bad-value``: unknown, or of another dimension.
    """
    if given == kept:
        return None
    for code in (given, kept):
        if code not in UNITS:
            raise InputError(
                f'"{code}" is not a unit that can be converted.',
                code="bad-value",
                hint=known_near(code, UNITS, "units") + " Units are UCUM codes.",
            )
    one, other = UNITS[given], UNITS[kept]
    if one.dimension != other.dimension:
        raise InputError(
            f'"{given}" is a unit of {one.dimension}, "{kept}" of {other.dimension}.',
            code="bad-value",
            hint=f'Give the value in a unit that converts to "{kept}".',
        )
    return one.factor / other.factor, (one.offset - other.offset) / other.factor


def convert(value: Decimal, by: Conversion) -> Decimal:
    """The value in the other unit, exact where decimals can say it.

    >>> convert(Decimal(90), conversion("min", "h")), convert(Decimal(20), conversion("Cel", "[degF]"))
    (Decimal('1.5'), Decimal('68'))
    """
    exact = Fraction(value) * by[0] + by[1]
    return Decimal(exact.numerator) / Decimal(exact.denominator)
