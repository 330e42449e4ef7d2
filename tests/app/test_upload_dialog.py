"""The upload's dialog: it says what was decided about a table, asks what nobody can know, and counts skipped rows."""

from __future__ import annotations

from typing import Any

from streamlit.testing.v1 import AppTest


def shown(content: str, name: str = "t.csv") -> AppTest:
    """What the dialog shows of a file."""

    def page(content: bytes, name: str) -> None:
        from bdsg.app.visit import session
        from bdsg.app.widgets import upload_dialog

        with session.guarded():
            upload_dialog.choose_columns(content, name)

    return AppTest.from_function(page, args=(content.encode(), name)).run()


def said(app: AppTest) -> str:
    assert not app.exception
    return " ".join(caption.value for caption in app.caption)


def preview(app: AppTest) -> Any:
    return app.dataframe[0].value


def rows(*lines: str, times: int = 10) -> str:
    return "".join(f"{line}\n" for line in lines * times)


def test_thousands_are_asked_for_and_then_read() -> None:
    app = shown("a;b\n" + rows("1.250;3", "950;4"))
    assert not app.button
    assert "this table does not tell: choose one" in said(app)
    question = app.radio[1]
    assert question.options == ["1.250 is 1.25", "1.250 is 1250"]
    question.set_value(",").run()
    assert "In column a, '1.250' is read as 1250." in said(app)
    assert [button.label for button in app.button] == ["Fit a mixture"]


def test_a_column_written_in_two_ways_is_asked_for() -> None:
    app = shown("a;b\n" + rows("1,5;3", "1.250;4"))
    assert app.radio[1].options == ["1,5 is no number and 1.250 is 1.25", "1,5 is 1.5 and 1.250 is 1250"]
    assert not app.button
    app.radio[1].set_value(".").run()
    assert "line 2, column a is '1,5'" in app.error[0].value
    assert not app.button
    app.radio[1].set_value(",").run()
    assert not app.error
    assert app.button


def test_names_are_decided_and_can_be_decided_otherwise() -> None:
    app = shown("2019,2020\n" + rows("1.5,2.25", "3.5,4.75"))
    assert "The first line is read as names: 2019, 2020." in said(app)
    assert app.radio[0].value is True
    assert list(preview(app).columns) == ["2019", "2020"]
    app.radio[0].set_value(False).run()
    assert "The first line is read as numbers; the columns are called x, y." in said(app)
    assert list(preview(app).iloc[0]) == ["2019", "2020"]


def test_skipped_rows_are_counted() -> None:
    app = shown("x,y\n" + rows("1,2", "3,4", "none,5"))
    assert "line 4, column x is 'none', but must be a finite number" in app.error[0].value
    assert not app.button
    app.checkbox[0].check().run()
    assert "10 of 30 rows were skipped, for example line 4: 'none,5'." in said(app)
    assert not app.error
    assert app.button


def test_a_name_that_occurs_twice_is_two_columns_and_an_index_none() -> None:
    app = shown(",v,v\n" + "".join(f"{k},{k}.5,{-k}\n" for k in range(20)))
    assert list(preview(app).columns) == ["column 1", "v", "v (2)"]
    assert list(preview(app).iloc[1]) == ["1", "1.5", "-1"]
    assert "Names that occur twice are told apart: v (2)." in said(app)
    assert "The column without a name numbers the rows: it is left out." in said(app)
    assert not app.selectbox  # two columns are left
    assert app.button


def test_what_is_no_table_says_what_it_is() -> None:
    app = shown("PK\x03\x04xl/workbook.xml")
    assert "is 'an Excel workbook', but must be UTF-8 text" in app.error[0].value
