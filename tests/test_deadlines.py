"""Due cells: every kind of phrase, with what it means and what a person is told about it.

In the tables `periods` is written as first .. last (count) of the due days.
"""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qpexcel.dates.deadlines import Context, read_deadline, recurrence_in
from qpexcel.dates.holidays import next_working_day, shift
from qpexcel.model import Deadline, DueKind, Frequency, Period, Span


def plan_year(year, **more):
    return Context(Span(date(year + 1911, 1, 1), date(year + 1911, 12, 31)), year, **more)


SCHOOL_112 = Context(Span(date(2023, 8, 1), date(2024, 7, 31)), 112)
SEED = plan_year(96, basis=date(2007, 4, 10))


def rows_of(table):
    lines = table.strip().splitlines()[2:]
    return [[cell.strip().replace("⏎", "\n") for cell in line.strip()[1:-1].split("|")] for line in lines]


def read(due_text, action="", context=SEED):
    deadline, findings = read_deadline(due_text, action, context)
    return deadline, " ".join(finding.code for finding in findings)


def days(periods):
    if not periods:
        return ""
    return f"{periods[0].due} .. {periods[-1].due} ({len(periods)})"


PHRASES = """
| year | due cell                     | kind               | due        | periods                      | frequency   | findings |
|------|------------------------------|--------------------|------------|------------------------------|-------------|----------|
| 96   | 96年12月                     | month_end          | 2007-12-31 |                              | once        |          |
| 96   | 96 年⏎⏎12 月                 | month_end          | 2007-12-31 |                              | once        |          |
| 113  | 113年3月底前                 | month_end          | 2024-03-31 |                              | once        |          |
| 113  | 9月                          | month_end          | 2024-09-30 |                              | once        | DUE005   |
| 113  | 113/6                        | month_end          | 2024-06-30 |                              | once        |          |
| 113  | 113.06底前                   | month_end          | 2024-06-30 |                              | once        |          |
| 113  | 二〇二四年六月               | month_end          | 2024-06-30 |                              | once        |          |
| 113  | 本(1)月底前                  | month_end          | 2024-01-31 |                              | once        | DUE005   |
| 113  | 一月底前                     | month_end          | 2024-01-31 |                              | once        | DUE005   |
| 113  | 113年6月30日前               | date               | 2024-06-30 |                              | once        |          |
| 113  | 民國113年6月30號以前         | date               | 2024-06-30 |                              | once        |          |
| 96   | 96.10.31                     | date               | 2007-10-31 |                              | once        |          |
| 113  | 113/09/30                    | date               | 2024-09-30 |                              | once        |          |
| 113  | １１３／０９／３０           | date               | 2024-09-30 |                              | once        |          |
| 113  | 1130630                      | date               | 2024-06-30 |                              | once        |          |
| 96   | 961031                       | date               | 2007-10-31 |                              | once        |          |
| 101  | 一百零一年十月三十一日前     | date               | 2012-10-31 |                              | once        |          |
| 113  | 六月卅日                     | date               | 2024-06-30 |                              | once        | DUE005   |
| 113  | 元月廿日                     | date               | 2024-01-20 |                              | once        | DUE005   |
| 113  | 3月15日前                    | date               | 2024-03-15 |                              | once        | DUE005   |
| 113  | 6/30                         | date               | 2024-06-30 |                              | once        | DUE005   |
| 113  | 次年度一月三十一日前         | date               | 2025-01-31 |                              | once        | DUE014   |
| 113  | 第2季                        | quarter_end        | 2024-06-30 |                              | once        | DUE005   |
| 114  | 114年第4季                   | quarter_end        | 2025-12-31 |                              | once        |          |
| 113  | 112學年度第2學期             | semester_end       | 2024-07-31 |                              | once        |          |
| 113  | 113年5月上旬                 | dekad_end          | 2024-05-10 |                              | once        | DUE006   |
| 113  | 113年5月中旬                 | dekad_end          | 2024-05-20 |                              | once        | DUE006   |
| 113  | 113年2月下旬                 | dekad_end          | 2024-02-29 |                              | once        | DUE006   |
| 101  | 一百零一年十一月下旬         | dekad_end          | 2012-11-30 |                              | once        | DUE006   |
| 113  | 113年1月至6月                | range              | 2024-06-30 |                              | once        |          |
| 113  | 113年1-6月                   | range              | 2024-06-30 |                              | once        |          |
| 114  | 114年10月至12月              | range              | 2025-12-31 |                              | once        |          |
| 106  | 自106年1月1日至12月31日止    | range              | 2017-12-31 |                              | once        |          |
| 106  | 自106年1月1日至106年12月31日止 | range            | 2017-12-31 |                              | once        |          |
| 113  | 113年下半年                  | range              | 2024-12-31 |                              | once        |          |
| 113  | 即日起至113年10月31日止      | range              | 2024-10-31 |                              | once        |          |
| 113  | 年底前                       | year_end           | 2024-12-31 |                              | once        |          |
| 113  | 今年年底以前                 | year_end           | 2024-12-31 |                              | once        |          |
| 113  | 113年底                      | year_end           | 2024-12-31 |                              | once        |          |
| 113  | 113年全年                    | whole_year         | 2024-12-31 |                              | once        |          |
| 113  | 全年度                       | whole_year         | 2024-12-31 |                              | once        |          |
| 114  | 114.05.31 114.11.30          | multi_date         | 2025-11-30 | 2025-05-31 .. 2025-11-30 (2) | once        |          |
| 114  | 114年5月31日前⏎114年11月30日前 | multi_date       | 2025-11-30 | 2025-05-31 .. 2025-11-30 (2) | once        |          |
| 113  | 112年10月及113年4月          | multi_date         | 2024-04-30 | 2024-04-30 .. 2024-04-30 (1) | once        | DUE009   |
| 113  | 每年3月底前、9月底前         | multi_date         | 2024-09-30 | 2024-03-31 .. 2024-09-30 (2) | yearly      |          |
| 113  | 每年六月及十二月二十日前     | multi_date         | 2024-12-20 | 2024-06-20 .. 2024-12-20 (2) | yearly      |          |
| 113  | 每年第一季及第三季           | multi_date         | 2024-09-30 | 2024-03-31 .. 2024-09-30 (2) | yearly      |          |
| 113  | 每年 10 月 12 日前 / 10 月 31 日前 | multi_date   | 2024-10-31 | 2024-10-12 .. 2024-10-31 (2) | yearly      |          |
| 113  | 六月卅日及十二月卅一日前     | multi_date         | 2024-12-31 | 2024-06-30 .. 2024-12-31 (2) | once        | DUE005   |
| 113  | 3、6、9、12月底前            | multi_date         | 2024-12-31 | 2024-03-31 .. 2024-12-31 (4) | once        | DUE005   |
| 113  | 每年度6月底前                | month_end          | 2024-06-30 |                              | yearly      |          |
| 113  | 每年元月卅一日以前           | date               | 2024-01-31 |                              | yearly      |          |
| 113  | 按月                         | periodic_month     |            | 2024-01-31 .. 2024-12-31 (12) | monthly    |          |
| 113  | 每月                         | periodic_month     |            | 2024-01-31 .. 2024-12-31 (12) | monthly    |          |
| 113  | 113年1月至6月每月            | periodic_month     |            | 2024-01-31 .. 2024-06-30 (6) | monthly     |          |
| 113  | 每月10日前                   | periodic_month_day |            | 2024-01-10 .. 2024-12-10 (12) | monthly    |          |
| 113  | 每月十日前                   | periodic_month_day |            | 2024-01-10 .. 2024-12-10 (12) | monthly    |          |
| 113  | 4月起每月15日以前            | periodic_month_day |            | 2024-04-15 .. 2024-12-15 (9) | monthly     |          |
| 113  | 次月五日前                   | periodic_month_day |            | 2024-02-05 .. 2025-01-05 (12) | monthly    | DUE007   |
| 113  | 每月20日至次月5日前          | periodic_month_day |            | 2024-02-05 .. 2025-01-05 (12) | monthly    | DUE007   |
| 113  | 按季                         | periodic_quarter   |            | 2024-03-31 .. 2024-12-31 (4) | quarterly   |          |
| 113  | 每季                         | periodic_quarter   |            | 2024-03-31 .. 2024-12-31 (4) | quarterly   |          |
| 113  | 每季(3、6、9、12月)          | periodic_quarter   |            | 2024-03-31 .. 2024-12-31 (4) | quarterly   |          |
| 113  | 每季(1、4、7、10月)          | multi_date         | 2024-10-31 | 2024-01-31 .. 2024-10-31 (4) | quarterly   | DUE005   |
| 113  | 每半年                       | periodic_halfyear  |            | 2024-06-30 .. 2024-12-31 (2) | half_yearly |          |
| 113  | 上、下半年                   | periodic_halfyear  |            | 2024-06-30 .. 2024-12-31 (2) | half_yearly |          |
| 113  | 每學期                       | periodic_semester  |            | 2024-01-31 .. 2024-07-31 (2) | semester    |          |
| 113  | 每季終了後10日內             | relative_period    |            | 2024-04-10 .. 2025-01-10 (4) | quarterly   | DUE016   |
| 113  | 每月結束後7日內              | relative_period    |            | 2024-02-07 .. 2025-01-07 (12) | monthly    | DUE016   |
| 113  | 每學期結束前2週              | relative_period    |            | 2024-01-17 .. 2024-07-17 (2) | semester    | DUE016   |
| 113  | 每季結束後1個月內            | relative_period    |            | 2024-04-30 .. 2025-01-31 (4) | quarterly   | DUE016   |
| 113  | 隨時                         | continuous         |            |                              | ongoing     |          |
| 113  | 經常                         | continuous         |            |                              | ongoing     |          |
| 113  | 持續辦理                     | continuous         |            |                              | ongoing     |          |
| 113  | 即日起                       | immediate          |            |                              | ongoing     | DUE004   |
| 113  | 文到7日內                    | relative           |            |                              | once        | DUE003   |
| 113  | 文到3個月內                  | relative           |            |                              | once        | DUE003   |
| 113  | 奉核後30日內                 | relative           |            |                              | once        | DUE003   |
| 113  | 辦結後三十日內               | relative           |            |                              | once        | DUE003   |
| 113  | 當年度結束後一個月內         | relative           |            |                              | once        | DUE003   |
| 113  | 暑假前                       | vague              |            |                              | once        | DUE002   |
| 113  | 儘速                         | vague              |            |                              | once        | DUE002   |
| 113  | 近期                         | vague              |            |                              | once        | DUE002   |
| 113  | 10日前                       | vague              |            |                              | once        | DUE002   |
| 113  | 1031月至10612月              | vague              |            |                              | once        | DUE002   |
| 113  | 1121123日                    | vague              |            |                              | once        | DUE002   |
| 113  | 每2個月                      | vague              |            |                              | once        | DUE002   |
| 113  | 113年2月30日                 | vague              |            |                              | once        | DUE013   |
| 113  | 113年13月                    | vague              |            |                              | once        | DUE013   |
| 113  | 每月32日前                   | vague              |            |                              | once        | DUE013   |
| 113  |                              | blank              |            |                              | once        | DUE001   |
| 113  | －                           | blank              |            |                              | once        | DUE001   |
| 113  | 同上                         | vague              |            |                              | once        | DUE002   |
"""  # noqa: E501 - a table is read in rows


@pytest.mark.parametrize(
    ("year", "due_cell", "kind", "due", "periods", "frequency", "codes"),
    rows_of(PHRASES),
)
def test_every_kind_of_phrase(year, due_cell, kind, due, periods, frequency, codes):
    deadline, found = read(due_cell, context=plan_year(int(year)))
    assert deadline.kind == kind
    assert str(deadline.due or "") == due
    assert days(deadline.periods) == periods
    assert deadline.frequency == frequency
    assert found == codes


SCHOOL_YEAR = """
| due cell | kind              | due        | periods                      | findings |
|----------|-------------------|------------|------------------------------|----------|
| 9月      | month_end         | 2023-09-30 |                              | DUE005   |
| 3月      | month_end         | 2024-03-31 |                              | DUE005   |
| 10月至3月 | range            | 2024-03-31 |                              | DUE005   |
| 112學年度3月 | month_end     | 2024-03-31 |                              |          |
| 年底前   | year_end          | 2024-07-31 |                              |          |
| 全年     | whole_year        | 2024-07-31 |                              |          |
| 第1學期  | semester_end      | 2024-01-31 |                              |          |
| 第2學期  | semester_end      | 2024-07-31 |                              |          |
| 每學期   | periodic_semester |            | 2024-01-31 .. 2024-07-31 (2) |          |
| 上、下學期 | periodic_semester |          | 2024-01-31 .. 2024-07-31 (2) |          |
| 每半年   | periodic_halfyear |            | 2023-12-31 .. 2024-06-30 (2) |          |
| 每季     | periodic_quarter  |            | 2023-09-30 .. 2024-06-30 (4) |          |
"""


@pytest.mark.parametrize(("due_cell", "kind", "due", "periods", "codes"), rows_of(SCHOOL_YEAR))
def test_in_an_academic_year(due_cell, kind, due, periods, codes):
    deadline, found = read(due_cell, context=SCHOOL_112)
    assert (deadline.kind, str(deadline.due or ""), days(deadline.periods)) == (kind, due, periods)
    assert found == codes


BOTH = """
| due cell           | text               | kind       | due        | periods                       | frequency   | findings |
|--------------------|--------------------|------------|------------|-------------------------------|-------------|----------|
| 96年4月            | 每月至少1次        | month_end  | 2007-04-30 | 2007-04-30 .. 2007-12-31 (9)  | monthly     | DUE008   |
| 96年5月            | 每季至少1次        | month_end  | 2007-05-31 | 2007-06-30 .. 2007-12-31 (3)  | quarterly   | DUE008   |
| 96年10月           | 年度內至少1次      | month_end  | 2007-10-31 |                               | once        |          |
| 96年11月           | 年度至少2次        | month_end  | 2007-11-30 |                               | once        |          |
| 96年6月底前        | 每年至少1次        | month_end  | 2007-06-30 |                               | yearly      |          |
| 96年3月            |                    | month_end  | 2007-03-31 |                               | once        | DUE010   |
| 95年3月            |                    | month_end  | 2006-03-31 |                               | once        | DUE009   |
| 97年3月            |                    | month_end  | 2008-03-31 |                               | once        | DUE014   |
| 96年3月            | 每月               | month_end  | 2007-03-31 | 2007-03-31 .. 2007-12-31 (10) | monthly     | DUE008 DUE011 |
| 按季               | 每季至少1次        | periodic_quarter |      | 2007-03-31 .. 2007-12-31 (4)  | quarterly   | DUE011   |
| 按季               | 每月               | periodic_quarter |      | 2007-03-31 .. 2007-12-31 (4)  | quarterly   | DUE011   |
| 全年               | 每半年             | whole_year | 2007-12-31 | 2007-06-30 .. 2007-12-31 (2)  | half_yearly |          |
| 年底前             | 每半年             | year_end   | 2007-12-31 | 2007-06-30 .. 2007-12-31 (2)  | half_yearly |          |
| 96年5月至7月       | 每月               | range      | 2007-07-31 | 2007-05-31 .. 2007-07-31 (3)  | monthly     |          |
| 第2季              | 每月               | quarter_end | 2007-06-30 | 2007-04-30 .. 2007-06-30 (3) | monthly     | DUE005   |
| 96年12月15日       | 上、下半年各1次    | date       | 2007-12-15 | 2007-06-30 .. 2007-12-15 (2)  | half_yearly |          |
| 96年5月31日、11月30日 | 上、下半年各1次 | multi_date | 2007-11-30 | 2007-05-31 .. 2007-11-30 (2)  | half_yearly |          |
| 96年5月、7月       | 上、下學期各1次    | multi_date | 2007-07-31 | 2007-05-31 .. 2007-07-31 (2)  | semester    |          |
| 96.05.31 96.09.30  | 每年               | multi_date | 2007-09-30 | 2007-05-31 .. 2007-09-30 (2)  | yearly      |          |
| 隨時               | 每2週至少1次       | continuous |            |                               | biweekly    |          |
| 即日起             | 每週至少1次        | immediate  |            |                               | weekly      | DUE004   |
|                    | 每月               | blank      |            |                               | once        | DUE001   |
| 儘速               | 每月               | vague      |            |                               | once        | DUE002   |
"""  # noqa: E501 - a table is read in rows


@pytest.mark.parametrize(
    ("due_cell", "action", "kind", "due", "periods", "frequency", "codes"),
    rows_of(BOTH),
)
def test_the_text_says_what_recurs_where_the_cell_does_not(
    due_cell, action, kind, due, periods, frequency, codes
):
    deadline, found = read(due_cell, action)
    assert (deadline.kind, str(deadline.due or ""), days(deadline.periods)) == (kind, due, periods)
    assert deadline.frequency == frequency
    assert found == codes


RECURRENCES = """
| text                       | frequency   | words          |
|----------------------------|-------------|----------------|
| 開放參觀，每月至少1次      | monthly     | 每月           |
| 每 週⏎1次                  | weekly      | 每週           |
| 每2週                      | biweekly    | 每2週          |
| 每兩週                     | biweekly    | 每兩週         |
| （每季至少1次）            | quarterly   | 每季           |
| 每半年函送                 | half_yearly | 每半年         |
| 上、下半年各1次            | half_yearly | 上、下半年各   |
| 上半年及下半年各辦1次      | half_yearly | 上半年及下半年各 |
| 每學期                     | semester    | 每學期         |
| 上、下學期各1次            | semester    | 上、下學期各   |
| 每年至少                   | yearly      | 每年           |
| 每年度編印                 | yearly      | 每年度         |
| 每年上、下半年各1次        | half_yearly | 上、下半年各   |
| 每年1次；每月回報          | yearly      | 每年           |
| 每月刊登                   | monthly     | 每月           |
| 年度內至少1次              |             |                |
| 年度至少2次                |             |                |
| 發行雙週刊、每月刊         |             |                |
| 每年級1班                  |             |                |
| 每週年慶                   |             |                |
| 每兩年1次                  |             |                |
| 每雙月                     |             |                |
"""


@pytest.mark.parametrize(("text", "frequency", "words"), rows_of(RECURRENCES))
def test_recurrences_and_their_false_friends(text, frequency, words):
    assert recurrence_in(text) == ((Frequency(frequency), words) if frequency else None)


SEED_DUES = {
    "96年12月": date(2007, 12, 31),
    "96年11月": date(2007, 11, 30),
    "96年10月": date(2007, 10, 31),
    "96年6月": date(2007, 6, 30),
    "96年5月": date(2007, 5, 31),
    "96年4月": date(2007, 4, 30),
}


@pytest.mark.parametrize(("due_cell", "due"), SEED_DUES.items())
def test_the_months_of_the_plan_this_project_was_made_for(due_cell, due):
    assert read(due_cell) == (Deadline(DueKind.MONTH_END, due), "")


def test_findings_carry_the_cell_and_the_words_of_their_sentences():
    _, (confirm, early) = read_deadline("96年3月", "每月至少1次", SEED)
    assert (confirm.value, confirm.words) == ("96年3月", {"recurrence": "每月"})
    assert early.words == {
        "period": "96年3月",
        "date": "96年3月31日",
        "basis": "96年4月10日",
        "period_name": "96年3月",
    }
    _, (late,) = read_deadline("97年1月", "", SEED)
    assert late.words == {"date": "97年1月31日", "ends": "96年12月31日"}
    _, (before,) = read_deadline("95年1月", "", SEED)
    assert before.words == {"date": "95年1月31日", "starts": "96年1月1日"}
    _, (overdue,) = read_deadline("96年3月", "", SEED)
    assert overdue.words == {"date": "96年3月31日", "basis": "96年4月10日"}


def test_a_range_keeps_its_start():
    assert read("96年5月至7月")[0].starts == date(2007, 5, 1)
    assert read("即日起")[0].starts == date(2007, 1, 1)


def test_periods_begin_where_the_calendar_or_the_list_says():
    assert [p.starts for p in read("次月5日前")[0].periods][:2] == [date(2007, 1, 1), date(2007, 2, 1)]
    assert read("96.5.31 96.9.30")[0].periods == (
        Period("D1", date(2007, 1, 1), date(2007, 5, 31)),
        Period("D2", date(2007, 6, 1), date(2007, 9, 30)),
    )


def test_what_follows_a_period_carries_the_period_it_covers():
    assert read("次月5日前")[0].periods[-1] == Period("2007-12", date(2007, 12, 1), date(2008, 1, 5))


def test_the_31st_of_a_short_month_is_its_last_day():
    assert [period.due.day for period in read("每月31日前")[0].periods][:4] == [31, 28, 31, 30]


def test_the_same_as_above():
    above = read("96年6月")[0]
    deadline, findings = read_deadline("同上", "", plan_year(96, previous=("96年⏎6月", above)))
    assert deadline == above
    assert [(f.code, f.value, f.words) for f in findings] == [("DUE012", "同上", {"previous": "96年⏎6月"})]


ANSWERS = """
| due cell | text   | answer    | frequency | periods                       | findings |
|----------|--------|-----------|-----------|-------------------------------|----------|
| 96年4月  | 每月   | once      | once      |                               |          |
| 96年4月  | 每月   | monthly   | monthly   | 2007-04-30 .. 2007-12-31 (9)  |          |
| 96年4月  | 每月   | quarterly | quarterly | 2007-06-30 .. 2007-12-31 (3)  |          |
| 96年4月  |        | monthly   | monthly   | 2007-04-30 .. 2007-12-31 (9)  |          |
| 按月     | 每季   | once      | monthly   | 2007-01-31 .. 2007-12-31 (12) |          |
|          |        | quarterly | quarterly | 2007-03-31 .. 2007-12-31 (4)  |          |
|          |        | once      | once      |                               | DUE001   |
| 隨時     | 每2週  | ongoing   | ongoing   |                               |          |
"""


@pytest.mark.parametrize(
    ("due_cell", "action", "answer", "frequency", "periods", "codes"),
    rows_of(ANSWERS),
)
def test_an_answer_settles_what_the_texts_leave_open(due_cell, action, answer, frequency, periods, codes):
    deadline, found = read(due_cell, action, plan_year(96, frequency=Frequency(answer)))
    assert (deadline.frequency, days(deadline.periods), found) == (frequency, periods, codes)


@pytest.mark.parametrize("row", rows_of(PHRASES), ids=lambda row: row[1])
def test_answering_what_was_read_changes_nothing(row):
    once, _ = read(row[1], context=plan_year(int(row[0])))
    again, _ = read(row[1], context=plan_year(int(row[0]), frequency=once.frequency))
    assert again == once


def test_every_year_of_a_plan_over_several():
    three_years = Context(Span(date(2024, 1, 1), date(2026, 12, 31)), 113)
    assert days(read("每年6月底前", "", three_years)[0].periods) == "2024-06-30 .. 2026-06-30 (3)"
    assert read("全年", "每年", three_years)[0].due == date(2026, 12, 31)


def test_days_off_move_to_the_next_working_day():
    assert next_working_day(date(2024, 6, 30)) == date(2024, 7, 1)
    assert next_working_day(date(2024, 2, 9)) == date(2024, 2, 15), "the Lunar New Year's week"
    assert next_working_day(date(2024, 2, 17)) == date(2024, 2, 17), "a Saturday that makes up for a day"
    assert next_working_day(date(2024, 7, 1)) == date(2024, 7, 1)


def test_shifting_moves_due_days_and_those_of_periods():
    deadline, findings = shift(read("按季", context=plan_year(113))[0])
    assert [str(period.due) for period in deadline.periods] == [
        "2024-04-01",
        "2024-07-01",
        "2024-09-30",
        "2024-12-31",
    ]
    assert [finding.code for finding in findings] == ["DUE015", "DUE015"]
    assert findings[0].words == {"date": "113年3月31日", "shifted": "113年4月1日"}
    assert shift(read("113年6月", context=plan_year(113))[0])[0].due == date(2024, 7, 1)


def test_a_text_that_strayed_into_the_cell_is_vague():
    deadline, codes = read("96年4月、" * 5000)
    assert (deadline.kind, codes) == (DueKind.VAGUE, "DUE002")


PIECES = st.sampled_from(
    [
        *("96", "113", "1130630", "0", "13", "99", "9999", "一百零一", "卅一", "元", "兩"),
        *("年", "月", "日", "前", "底", "第", "季", "學期", "學年度", "上", "下", "中", "旬", "半年", "週"),
        *("每", "每月", "每季", "每年", "每週", "次月", "按", "至", "到", "起", "後", "內", "結束"),
        *("翌年", "本"),
        *("即日起", "同上", "隨時", "全年", "年底"),
        *("-", "~", "/", ".", "、", "及", "（", "）", "；", "\n", " "),
    ]
)
CONTEXTS = st.sampled_from([SEED, plan_year(113), SCHOOL_112, plan_year(96, frequency=Frequency.WEEKLY)])


@given(st.one_of(st.text(), st.lists(PIECES, max_size=12).map("".join)), st.text(), CONTEXTS)
def test_any_text_is_read_without_raising(due_cell, action, context):
    deadline, findings = read_deadline(due_cell, action, context)
    assert len({period.name for period in deadline.periods}) == len(deadline.periods)
    assert all(finding.severity for finding in findings)
    assert deadline.due or deadline.periods or findings or deadline.kind is DueKind.CONTINUOUS
