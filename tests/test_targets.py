"""Quantities in sentences and in 目標 cells, written as tables: the text, then op|count|measure|per."""

from __future__ import annotations

from time import perf_counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qpexcel.model import Target
from qpexcel.plan.target_words import format_target, format_targets
from qpexcel.plan.targets import read_targets, targets_in


def short(targets):
    """Write targets as the tables below do: ge|1|次|plan, and |each_unit where each unit must meet it."""
    return ";".join(
        f"{t.op}|{t.count:g}|{t.measure}|{t.per}" + ("|each_unit" if t.scope == "each_unit" else "")
        for t in targets
    )


SEED = """
奉法務部指示，針對相關業務辦理自行研究計畫1篇，俾有助服務品質之提升。 -> eq|1|篇|plan
舉辦機關服務人員參訪企業作法或政府機關舉辦之品質管理研習會至少1次，提供同仁學習觀摩機會。 -> ge|1|次|plan
辦理機關內全面品質管理，提升作業知能等相關研討會、座談會或教育訓練至少1次。 -> ge|1|次|plan
蒐集輿情、民情，檢討現行為民服務工作廣度深度，訂定96年度全面提升服務品質執行計畫。 ->
針對申辦案件或內部行政工作，訂定明確作業程序，建立標準化作業規範至少2項。 -> ge|2|項|plan
運用自動化機具，加強提供網路申辦、查詢服務至少3項。 -> ge|3|項|plan
檢討、改善設置全功能櫃台，強化機關內部橫向連繫，達到一處收件，全程服務之要求。 ->
建立內部稽核制度，嚴謹監督作業過程。 ->
選派適當人員擔任第一線服務工作；主動協助民眾申辦、導引服務。 ->
開放學術機構、民間相關公益團體、家屬參觀矯正機關，每月至少1次，提供獄政透明化服務。 -> ge|1|次|month
禮貌測試（每季至少1次，每次至少測試5個機關），針對缺失，切實檢討。 -> ge|1|次|quarter;ge|5|個機關|each
邀請團體、學者、專家，共同參與施政措施及服務事項之規劃研訂，年度內至少1次。 -> ge|1|次|year
善用傳播媒體及各種公聽會、說明會，宣導各項施政措施及執行成效，年度至少2次。 -> ge|2|次|year
定期辦理民眾意見調查，分析調查結果，改進服務缺失，每季至少1次。 -> ge|1|次|quarter
鼓勵民間團體、退休人員或一般民眾等為志工，協助諮詢及公益服務工作。 ->
聯合企業、團體辦理各項公益活動，年度內至少2次，擴大服務訊息及功能。 -> ge|2|次|year
"""

OPERATORS = """
建立作業規範至少2項表單 -> ge|2|項|plan
滿意度達85% -> ge|85|%|plan
滿意度達85％以上 -> ge|85|%|plan
滿意度達百分之八十五以上 -> ge|85|%|plan
每年不得少於2次 -> ge|2|次|year
平均≧80分 -> ge|80|分|plan
平均≥80分 -> ge|80|分|plan
訪視2次以上 -> ge|2|次|plan
訪視2次（含）以上 -> ge|2|次|plan
訪視5個以上單位 -> ge|5|個單位|plan
研究計畫1篇 -> eq|1|篇|plan
申訴案件7日內回復 -> le|7|日|plan
處理時間縮短為3日 -> le|3|日|plan
處理時間由7日縮短為3日 -> le|3|日|plan
等候時間10分鐘以內 -> le|10|分鐘|plan
錯誤率低於5% -> lt|5|%|plan
錯誤率≦5‰ -> le|5|‰|plan
錯誤率不得超過5% -> le|5|%|plan
出席率不低於90% -> ge|90|%|plan
至少辦理1,200人次 -> ge|1200|人次|plan
服務3萬人次以上 -> ge|30000|人次|plan
至少完成諮詢150人及諮商服務60人 -> ge|150|人|plan;ge|60|人|plan
辦理３場研習會 -> eq|3|場|plan
研習會 至少 2 場次 -> ge|2|場次|plan
檢討3項內部規定 -> eq|3|項|plan
輔導5個單位 -> eq|5|個單位|plan
至少3個社區辦理宣導 -> ge|3|個社區|plan
"""

PER_AND_SCOPE = """
每季一次實地了解各科室執行狀況 -> eq|1|次|quarter
安全暨品質巡查（至少每月一次） -> ge|1|次|month
每月一個單位 -> eq|1|個單位|month
本小組每半年至少開會一次，必要時得召開臨時會議 -> ge|1|次|halfyear
上、下半年各1次 -> eq|1|次|halfyear
上、下學期各1次 -> eq|1|次|semester
每學期至少2場 -> ge|2|場|semester
每週至少1次 -> ge|1|次|week
每2週至少1次 -> ge|1|次|2week
每兩週召開會議1次 -> eq|1|次|2week
每三個月至少1次 -> ge|1|次|quarter
按月抽查至少3件 -> ge|3|件|month
每場至少30人次 -> ge|30|人次|each
每案至少2件 -> ge|2|件|case
每件1小時以內 -> le|1|小時|case
每單位每年至少2次 -> ge|2|次|year|each_unit
每科室至少提報1件 -> ge|1|件|plan|each_unit
每人每月至少應蒐集政風資料二件以上 -> ge|2|件|month|each_unit
每人每年6小時 -> eq|6|小時|year|each_unit
每年至少4場，其中2場於偏鄉辦理 -> ge|4|場|year;eq|2|場|year
每季至少2次，專案檢討1次 -> ge|2|次|quarter;eq|1|次|plan
一個月至少1次 -> ge|1|次|month
全年至少12場次，其中偏鄉2場次 -> ge|12|場次|year;eq|2|場次|year
每案於7日內辦結 -> le|7|日|case
1年內至少2次 -> ge|2|次|year
"""

FALSE_FRIENDS = """
達到一處收件，全程服務之要求
擔任第一線服務工作
訂定96年度執行計畫
提供24小時服務
全年無休24小時。
1999專線
線上申辦
依第2點規定辦理
依前二項規定辦理
步調一致，一般民眾
單一窗口
三米微笑
統一編號
二、辦理方式
一次告知單
1次告知
一站式服務
集中於一處，統一辦理
十分重要
65歲以上長者
於96年10月5日前完成
於6月30日內完成
由7日
每季終了後10日內填報
文到7日內回復
辦理3至5場
參訪1次至2次
每週一上午開會
三合一服務
訂定3年計畫
依法第12條
三分之一
申請書一式3份
百分百
96.10.31
"""


def rows(table):
    return [line.split(" ->") for line in table.strip().splitlines()]


@pytest.mark.parametrize(("text", "expected"), rows(SEED) + rows(OPERATORS) + rows(PER_AND_SCOPE))
def test_sentence(text, expected):
    assert short(targets_in(text)) == expected.strip()


@pytest.mark.parametrize("text", FALSE_FRIENDS.strip().splitlines())
def test_false_friend_is_left_alone(text):
    assert targets_in(text) == ()


CELLS = """
2次 -> eq|2|次|plan
兩次 -> eq|2|次|plan
7日 -> eq|7|日|plan
24小時 -> eq|24|小時|plan
至少1次 -> ge|1|次|plan
每季至少1次；每次至少5個機關 -> ge|1|次|quarter;ge|5|個機關|each
每季至少1次;每次至少5個機關 -> ge|1|次|quarter;ge|5|個機關|each
①至少1次；②1篇 -> ge|1|次|plan;eq|1|篇|plan
完成率100% -> eq|100|%|plan
研習2場、說明會3場 -> eq|2|場|plan;eq|3|場|plan
至少3趟 -> ge|3|趟|plan
無 ->
— ->
- ->
 ->
"""


@pytest.mark.parametrize(("text", "expected"), rows(CELLS))
def test_target_cell(text, expected):
    targets, findings = read_targets(text)
    assert short(targets) == expected.strip()
    assert findings == ()


def test_target_cell_with_line_break():
    assert short(read_targets("至少1次\n1篇")[0]) == "ge|1|次|plan;eq|1|篇|plan"


@pytest.mark.parametrize("text", ["提升品質", "若干次", "100", "96年12月", "96/10/5", "3至5場"])
def test_unreadable_part_is_tgt001(text):
    targets, findings = read_targets(f"至少1次；{text}")
    assert short(targets) == "ge|1|次|plan"
    assert [(f.code, f.value) for f in findings] == [("TGT001", text)]


WRITTEN = [
    (Target("ge", 1, "次"), "至少1次", "at least 1 次"),
    (Target("ge", 1, "次", "quarter"), "每季至少1次", "at least 1 次 a quarter"),
    (Target("ge", 5, "個機關", "each"), "每次至少5個機關", "at least 5 個機關 each time"),
    (
        Target("ge", 2, "次", "year", "each_unit"),
        "每單位每年至少2次",
        "at least 2 次 a year for each unit",
    ),
    (Target("eq", 1, "篇"), "1篇", "1 篇"),
    (Target("le", 7, "日"), "7日以內", "at most 7 日"),
    (Target("lt", 5, "%"), "低於5%", "less than 5%"),
    (Target("ge", 2.5, "小時"), "至少2.5小時", "at least 2.5 小時"),
]


@pytest.mark.parametrize(("target", "chinese", "english"), WRITTEN)
def test_target_is_written(target, chinese, english):
    assert format_target(target) == chinese
    assert format_target(target, "en") == english


def test_several_targets_are_written_together():
    both = (WRITTEN[1][0], WRITTEN[2][0])
    assert format_targets(both) == "每季至少1次；每次至少5個機關"
    assert format_targets(both, numbered=True) == "①每季至少1次；②每次至少5個機關"
    assert format_targets(both[:1], numbered=True) == "每季至少1次"
    assert format_targets(()) == "無"


PERS = ["plan", "year", "halfyear", "semester", "quarter", "month", "2week", "week", "each", "case"]
MEASURES = [
    *["次", "場次", "場", "人次", "人", "項", "件", "篇", "份", "小時", "分鐘", "分", "日", "天", "年", "週"],
    *["%", "‰", "工作日", "班", "梯次", "處", "則", "站", "萬元", "元", "個單位", "個機關", "個月"],
    *["個工作天", "個社區", "個團體", "趟", "盆", "km", "kWh"],
]
TARGETS = st.builds(
    Target,
    op=st.sampled_from(["ge", "eq", "le", "lt"]),
    count=st.one_of(
        st.integers(0, 10**9).map(float),
        st.floats(0, 1e6, allow_nan=False, width=32),
    ),
    measure=st.sampled_from(MEASURES),
    per=st.sampled_from(PERS),
    scope=st.sampled_from(["shared", "each_unit"]),
)


@given(st.lists(TARGETS, max_size=4, unique=True).map(tuple), st.booleans())
def test_what_is_written_is_read_back(targets, numbered):
    assert read_targets(format_targets(targets, numbered=numbered)) == (targets, ())


@given(st.text(st.sampled_from("每季月年次場個機關單位至少以上內達低於一二三1259%（），。；其中人第 \n")))
def test_any_sentence_and_cell_can_be_read(text):
    for target in (*targets_in(text), *read_targets(text)[0]):
        assert target.op in {"ge", "eq", "le", "lt"}
        assert target.per in PERS
        assert target.count >= 0
        assert target.measure


@pytest.mark.parametrize("text", ["一個" * 20_000, "每季至少1次，" * 5_000, "1個" * 10_000, "每" * 20_000])
def test_a_hostile_sentence_takes_no_time(text):
    before = perf_counter()
    targets_in(text)
    assert perf_counter() - before < 5


@given(st.text())
def test_a_cell_either_gives_targets_or_says_which_part_has_none(text):
    targets, findings = read_targets(text)
    assert all(f.code == "TGT001" and f.value in text for f in findings)
    if any(f.value == text.strip() for f in findings):
        assert targets == ()
