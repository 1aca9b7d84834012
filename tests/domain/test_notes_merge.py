"""What two devices wrote in one note is joined as a person would, and told apart where they disagree."""

from __future__ import annotations

import pytest

from sync.domain.notes import Marks, Merged, merge

MARKS = Marks("Here:", "There:")
LIST = "one\ntwo\nthree\nfour\nfive\n"


def joined(base, mine, theirs):
    """Return the text of a merge that left nothing to sort out."""
    merged = merge(base, mine, theirs, MARKS)
    assert not merged.conflict, merged.text
    return merged.text


def overlap(base, mine, theirs):
    """Return the text of a merge that left lines to sort out."""
    merged = merge(base, mine, theirs, MARKS)
    assert merged.conflict, merged.text
    return merged.text


def test_a_time_that_both_changed_is_kept_twice_and_never_mixed():
    assert overlap("Call\n10:00\nBye", "Call\n10:30\nBye", "Call\n11:00\nBye") == (
        "Call\nHere: 10:30\nThere: 11:00\nBye"
    )


@pytest.mark.parametrize(
    ("base", "mine", "theirs"),
    [
        ("Meet at 10:00 AM in May", "Meet at 11:00 AM in May", "Meet at 10:00 PM in May"),
        ("Ring 415 555 0142 please", "Ring 416 555 0142 please", "Ring 415 555 0199 please"),
        ("Budget $500.", "Budget €500.", "Budget $600."),
        ("From 10:00-11:00 on", "From 10:30-11:00 on", "From 10:00-11:30 on"),
        ("It is -5 outside", "It is -7 outside", "It is 5 outside"),
        ("Fee:", "Fee: 500", "Fee: 600"),
        ("Dana", "Diana", "Danae"),
        ("Long boots", "Longer boots", "Long coats"),
    ],
    ids=["hour and half of the day", "phone number", "currency", "from and to", "sign", "filled in twice", "name",
         "neighbours"],
)  # fmt: skip
def test_changes_that_touch_are_two_opinions(base, mine, theirs):
    assert overlap(base, mine, theirs) == f"Here: {mine}\nThere: {theirs}"


def test_changes_to_other_lines_are_both_made():
    assert joined(LIST, LIST.replace("two", "TWO"), LIST.replace("four", "FOUR")) == "one\nTWO\nthree\nFOUR\nfive\n"


def test_changes_to_neighbouring_lines_are_both_made():
    assert joined(LIST, LIST.replace("two", "TWO"), LIST.replace("three", "THREE")) == "one\nTWO\nTHREE\nfour\nfive\n"


def test_changes_to_other_words_of_one_line_are_both_made():
    base = "Dana wants four posts about hiking boots."
    assert joined(base, base.replace("four", "six"), base.replace("boots", "coats")) == (
        "Dana wants six posts about hiking coats."
    )


def test_a_line_that_is_corrected_here_and_continued_there_gets_both():
    assert joined("Dana likes it.", "Diana likes it.", "Dana likes it. She wants more.") == (
        "Diana likes it. She wants more."
    )


def test_a_line_added_beside_one_that_the_other_changed_stands_there():
    assert joined("one\ntwo\nthree", "one\nnew\ntwo\nthree", "one\nTWO\nthree") == "one\nnew\nTWO\nthree"
    assert joined("one\ntwo\nthree", "one\ntwo\nnew\nthree", "one\nTWO\nthree") == "one\nTWO\nnew\nthree"


def test_lines_added_at_the_same_place_are_both_kept_mine_first():
    assert joined("Notes\n", "Notes\nfrom here\n", "Notes\nfrom there\n") == "Notes\nfrom here\nfrom there\n"


@pytest.mark.parametrize("start", ["", "\n", "\n\n"])
@pytest.mark.parametrize("end", ["", "\n", "\n\n"])
@pytest.mark.parametrize("other_end", ["", "\n", "\n\n"])
def test_lines_added_at_the_end_are_both_kept_however_the_text_ends(start, end, other_end):
    text = joined(f"Notes{start}", f"Notes\nhere{end}", f"Notes\nthere{other_end}")
    assert text.rstrip("\n") == "Notes\nhere\nthere"


@pytest.mark.parametrize(
    ("base", "mine", "theirs", "end"),
    [("", "\n", "", "\n"), ("\n", "\n", "", ""), ("\n", "", "\n\n\n", "\n\n\n"), ("\n", "\n\n", "\n", "\n\n")],
)
def test_the_end_of_a_note_is_that_of_the_side_that_changed_it(base, mine, theirs, end):
    assert joined(f"a\nb{base}", f"A\nb{mine}", f"a\nB{theirs}") == f"A\nB{end}"


def test_sentences_added_at_the_same_place_of_a_line_are_both_kept():
    assert joined("About boots.", "About boots. What sizes?", "About boots. Any tents?") == (
        "About boots. What sizes? Any tents?"
    )


@pytest.mark.parametrize(
    ("base", "mine", "theirs"),
    [
        ("Fee:", "Fee: low", "Fee: high"),
        ("Ask about the deadline.", "The deadline is Tuesday.", "The deadline is Friday."),
        ("Topics: boots", "Topics: boots and coats", "Topics: boots and tents"),
    ],
)
def test_words_that_both_add_in_the_middle_of_a_sentence_are_two_opinions(base, mine, theirs):
    merged = merge(base, mine, theirs, MARKS)
    assert merged == Merged(f"{MARKS.mine} {mine}\n{MARKS.theirs} {theirs}", conflict=True)


def test_words_added_to_a_line_stay_in_it_when_the_other_side_goes_on_below():
    base, mine, theirs = "We met Dana.", "We met Diana. Nice!", "They met Dana.\nCall back"
    assert joined(base, mine, theirs) == "They met Diana. Nice!\nCall back"
    assert joined(base, theirs, mine) == "They met Diana. Nice!\nCall back"


def test_words_added_to_a_line_stay_in_it_when_the_other_side_goes_on_below_with_a_whole_sentence():
    base = "Dana wants red boots today."
    assert joined(base, "Dana wants blue boots today. Sure?", "Dana wants red boots now today.\nCall her back.") == (
        "Dana wants blue boots now today. Sure?\nCall her back."
    )


def test_words_added_to_a_line_stay_in_it_when_the_other_side_begins_above():
    assert joined("boots and tents.", "hiking boots and tents.", "Topics:\nboots and coats.") == (
        "Topics:\nhiking boots and coats."
    )


def test_lines_that_both_corrected_and_continued_are_told_apart_line_by_line():
    base = "We met Dana.\nend"
    mine = "We met Diana. Nice!\nWrite to her\nend"
    theirs = "They met Dana. Sure!\nCall her\nend"
    assert joined(base, mine, theirs) == "They met Diana. Nice! Sure!\nWrite to her\nCall her\nend"


def test_only_the_line_in_dispute_is_marked_among_new_ones():
    base = "Dana wants four posts about boots"
    mine = "Minutes from here\nDana wants five posts about boots\nWrite to her"
    theirs = "Minutes from there\nDana wants six posts about boots\nCall her\nSoon"
    assert overlap(base, mine, theirs) == (
        "Minutes from here\nMinutes from there\n"
        "Here: Dana wants five posts about boots\nThere: Dana wants six posts about boots\n"
        "Write to her\nCall her\nSoon"
    )


def test_a_line_taken_away_beside_a_line_in_dispute_stays_away():
    base = "Dana wants four posts\nabout something\nfor the blog in May"
    mine = "Dana wants five posts\nabout something\nfor the blog in June"
    theirs = "Dana wants six posts\nfor the blog in July"
    assert overlap(base, mine, theirs) == (
        "Here: Dana wants five posts\nThere: Dana wants six posts\n"
        "Here: for the blog in June\nThere: for the blog in July"
    )


def test_equal_changes_in_a_line_with_others_are_made_once():
    base = "Dana wnats four posts about hiking boots"
    mine = "Dana wants four posts about hiking coats"
    theirs = "Dana wants six posts about hiking boots"
    assert joined(base, mine, theirs) == "Dana wants six posts about hiking coats"


def test_an_equal_change_beside_another_is_no_dispute():
    base, both, one = "a b c d e", "a b C d e", "a B C d e"
    assert joined(base + " x", both + " x", one + " y") == one + " y"
    assert joined(base + " x", one + " y", both + " x") == one + " y"


def test_neighbouring_words_taken_away_by_two_are_both_gone():
    assert joined("a really very long list", "a very long list", "a really long list") == "a long list"


@pytest.mark.parametrize(
    ("mine", "theirs"),
    [("a X c d e", "a b d e"), ("a c d e", "a b X d e"), ("a b x c d e", "a c d e"), ("a b c X e", "a b c d")],
)
def test_a_word_taken_away_beside_a_changed_one_is_a_dispute(mine, theirs):
    assert overlap("a b c d e", mine, theirs) == f"Here: {mine}\nThere: {theirs}"
    assert overlap("a b c d e", theirs, mine) == f"Here: {theirs}\nThere: {mine}"


def test_a_line_taken_away_here_and_shortened_there_is_kept_and_marked():
    assert overlap("one\ntwo words\nthree", "one\nthree", "one\ntwo\nthree") == "one\nThere: two\nthree"
    assert overlap("one\ntwo words\nthree", "one\ntwo\nthree", "one\nthree") == "one\nHere: two\nthree"


def test_lines_that_are_joined_here_and_parted_there_are_a_dispute():
    assert overlap("first\nlast", "first last", "first\nmiddle\nlast!") == ("first last\nThere: middle\nThere: last!")


def test_words_added_at_the_same_place_never_become_one_word():
    assert overlap("boots ; tents", "boots coats; tents", "boots hats; tents") == (
        "Here: boots coats; tents\nThere: boots hats; tents"
    )


def test_words_that_would_grow_together_in_one_order_are_a_dispute_in_both():
    assert overlap(".", " a.", "b c.") == "Here:  a.\nThere: b c."
    assert overlap(".", "b c.", " a.") == "Here: b c.\nThere:  a."


def test_signs_and_blanks_that_would_grow_together_are_a_dispute():
    assert overlap("a. a", ",, . a", "a . a") == "Here: ,, . a\nThere: a . a"


def test_a_note_begun_on_both_devices_has_both_beginnings():
    assert joined("", "from here", "from there") == "from here\nfrom there"


def test_equal_changes_are_made_once():
    assert joined(LIST, LIST.replace("two", "2"), LIST.replace("two", "2").replace("five", "5")) == (
        "one\n2\nthree\nfour\n5\n"
    )


def test_equal_new_lines_are_there_once():
    assert joined("a\n", "a\nnew\n", "a\nnew\nand more\n") == "a\nnew\nand more\n"


def test_a_merge_that_is_merged_again_stays_as_it_is():
    first = merge("Notes\n", "Notes\nfrom here\n", "Notes\nfrom there\n", MARKS).text
    assert joined("Notes\n", first, "Notes\nfrom there\n") == first


def test_a_line_taken_away_on_one_side_goes():
    assert joined(LIST, LIST.replace("two\n", ""), LIST.replace("four", "FOUR")) == "one\nthree\nFOUR\nfive\n"


def test_a_line_taken_away_here_and_changed_there_is_kept_and_marked():
    assert overlap(LIST, LIST.replace("two\n", ""), LIST.replace("two", "TWO")) == (
        "one\nThere: TWO\nthree\nfour\nfive\n"
    )
    assert overlap(LIST, LIST.replace("two", "TWO"), LIST.replace("two\n", "")) == (
        "one\nHere: TWO\nthree\nfour\nfive\n"
    )


def test_a_note_emptied_here_keeps_only_what_was_changed_there():
    assert overlap(LIST, "", LIST.replace("two", "TWO")) == "There: TWO"
    assert joined(LIST, "", LIST) == ""


def test_a_note_emptied_on_both_sides_is_empty():
    assert joined(LIST, "", "") == ""


def test_of_three_lines_changed_here_only_the_one_also_changed_there_is_marked():
    mine = LIST.replace("two", "2").replace("three", "3").replace("four", "4")
    assert overlap(LIST, mine, LIST.replace("three", "THREE")) == "one\n2\nHere: 3\nThere: THREE\n4\nfive\n"


def test_lines_rewritten_to_another_number_of_lines_are_kept_as_blocks():
    assert overlap("a b c\nend", "x\n\ny\nend", "z\nend") == "Here: x\n\nHere: y\nThere: z\nend"


def test_a_line_broken_in_two_still_takes_a_change_to_its_words():
    assert joined("first part then a second part", "first part\nthen a second part", "1st part then a second part") == (
        "1st part\nthen a second part"
    )


def test_blanks_alone_are_no_disagreement():
    assert joined("hello", "hello ", "hello world") == "hello world"
    assert joined("a b", "a  b", "a   b") == "a   b"
    assert joined("say hello now", "say hello  now", "say goodbye now") == "say goodbye  now"
    assert joined("say hello now", "say  hello now", "say goodbye now") == "say  goodbye now"


@pytest.mark.parametrize("end", ["\r\n", "\r"])
def test_line_ends_of_other_systems_are_no_change(end):
    assert joined(LIST, LIST.replace("\n", end), LIST.replace("two", "TWO")) == LIST.replace("two", "TWO")
    assert joined(LIST.replace("\n", end), LIST, LIST.replace("\n", end)) == LIST


def test_a_side_that_changed_nothing_takes_the_other_as_it_is():
    assert joined("a\n\n b", "a\n\n b", "  \n") == "  \n"
    assert joined("a\n\n b", "  \n", "a\n\n b") == "  \n"


def test_the_words_of_the_marks_are_the_callers():
    assert merge("10", "11", "12", Marks("Auf dem Laptop:", "Auf dem Telefon:")) == Merged(
        "Auf dem Laptop: 11\nAuf dem Telefon: 12", conflict=True
    )
