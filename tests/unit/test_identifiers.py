"""Numbers on containers, wagons and papers."""

import doctest

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from railtrack.domain.cargo import identifiers
from railtrack.domain.cargo.identifiers import container, currency, hs_code, incoterm, reference, un_number, wagon
from railtrack.domain.rows.unfit import Unfit


def test_the_examples_in_the_documentation_hold() -> None:
    assert doctest.testmod(identifiers).failed == 0


@pytest.mark.parametrize(
    "written",
    ["CSQU3054383", "csqu3054383", "CSQU 305438 3", "CSQU-305438-3", "CSQU 305438 [3]", "csqu.305438.(3)",
     " CSQU\u00a0305438\u00a03 ", "CSQU–305438-3"],
)  # fmt: skip
def test_container_numbers_are_cleaned(written: str) -> None:
    assert container.validate(written) == "CSQU3054383"


def test_a_wrong_check_digit_says_which_would_be_right() -> None:
    with pytest.raises(Unfit) as unfit:
        container.validate("CAIU 884617 7")
    assert str(unfit.value) == "The check digit should be 3: CAIU 884617 3."
    assert "another digit may be wrong" in str(unfit.value.remedy)
    assert unfit.value.suggestions == ("CAIU8846173",)


def test_a_missing_check_digit_is_offered() -> None:
    with pytest.raises(Unfit, match="missing") as unfit:
        container.validate("CSQU305438")
    assert unfit.value.suggestions == ("CSQU3054383",)


@pytest.mark.parametrize(
    "written",
    ["CSQ3054383", "CSQX3054383", "CSQU30543833", "CSQU30543", "", "ÄSQU3054383", "CSQU３０５４３８３", "CSQU/3054383"],
)
def test_what_is_no_container_number_is_refused(written: str) -> None:
    assert not container.is_valid(written)


def test_a_remainder_of_ten_is_the_digit_zero() -> None:
    assert container.is_valid("APZU4812090")
    assert container.is_valid("TRDU9258963")


@settings(deadline=None)
@given(st.from_regex(r"\A[A-Z]{3}[UJZ][0-9]{6}\Z"))
def test_exactly_one_check_digit_fits(body: str) -> None:
    assert sum(container.is_valid(f"{body}{digit}") for digit in range(10)) == 1


@pytest.mark.parametrize("written", ["31 80 0691 234-6", "318006912346", "5216 5000", "94001016"])
def test_wagons_have_a_luhn_digit_in_both_networks(written: str) -> None:
    digits = wagon.compact(written)
    right = [d for d in "0123456789" if wagon.is_valid(digits[:-1] + d)]
    assert len(right) == 1
    wrong = digits[:-1] + ("0" if right[0] != "0" else "1")
    with pytest.raises(Unfit) as unfit:
        wagon.validate(wrong)
    assert unfit.value.suggestions == (digits[:-1] + right[0],)


def test_a_known_wagon_number_is_valid() -> None:
    # the worked example that explains the UIC check digit in most handbooks
    assert wagon.validate("21 81 2471 217-3") == "218124712173"
    assert wagon.format("218124712173") == "21 81 2471 217-3"


@pytest.mark.parametrize("written", ["1234567", "123456789", "1234567890123", "", "21A124712173", "２181247121７3"])
def test_what_is_no_wagon_number_is_refused(written: str) -> None:
    assert not wagon.is_valid(written)


def test_hs_codes_have_four_to_ten_digits() -> None:
    assert [hs_code.validate(c) for c in ("8714", "8714.10", "8714 10 20 00")] == ["8714", "871410", "8714102000"]
    assert not any(hs_code.is_valid(c) for c in ("871", "87141020001", "87A4", ""))
    with pytest.raises(Unfit) as unfit:
        hs_code.validate("901")
    assert unfit.value.suggestions == ("0901",)


def test_un_numbers_have_four_digits_with_or_without_un() -> None:
    assert [un_number.validate(n) for n in ("1263", "UN1263", "un 1263", "UN-0004")] == ["1263", "1263", "1263", "0004"]
    assert un_number.format("1263") == "UN1263"
    assert not any(un_number.is_valid(n) for n in ("126", "12634", "UNUN1263", "0000", "12a3"))
    with pytest.raises(Unfit) as unfit:
        un_number.validate("82")
    assert unfit.value.suggestions == ("0082",)


def test_incoterms_are_those_of_2020() -> None:
    assert incoterm.validate(" fca ") == "FCA"
    with pytest.raises(Unfit) as unfit:
        incoterm.validate("DAT")
    assert unfit.value.suggestions == ("DPU",)


def test_currencies_are_those_of_iso_4217() -> None:
    assert [currency.validate(c) for c in ("eur", "CNY", "kzt")] == ["EUR", "CNY", "KZT"]
    with pytest.raises(Unfit) as unfit:
        currency.validate("RMB")
    assert unfit.value.suggestions == ("CNY",)


@pytest.mark.parametrize("text", ["A", "CM-2026-0398", "重庆 1", "x" * 64, "مرجع-7", "🚂1", "<script>", "a/b?c#d%"])
def test_references_may_hold_any_printable_character(text: str) -> None:
    assert reference.validate(text) == text


@pytest.mark.parametrize("text", ["", "x" * 65, "a\tb", "a\nb", "a\0b", "a\u200bb", "a\u00a0b", "a\ud800"])
def test_references_that_cannot_be_typed_again_are_refused(text: str) -> None:
    assert not reference.is_valid(text)
