"""The words of the style guide's examples in each language."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Sample:
    """Invented text, as long and as plain as people write it."""

    title: str
    title_short: str
    title_long: str
    ask: str
    answer: str
    hearing: str
    addressee: str
    region: str
    regions: tuple[str, ...]
    hero: str
    lead: str
    sign: str
    start: str
    withdraw: str
    cancel: str
    open_now: str
    see_all: str
    collecting: str
    answered: str
    closed: str
    overdue: str
    name: str
    name_hint: str
    name_error: str
    text: str
    text_hint: str
    public_note: str
    confirm: str
    search: str
    by_region: str
    by_day: str
    signatures: str
    timeline: tuple[str, str, str, str]
    steps: tuple[str, str, str, str]
    reason: str
    nothing: str
    nothing_body: str
    who_answers: str
    by_when: str
    change: str
    signed: str
    signed_body: str
    tabs: tuple[str, str, str]


_LONG_WORD = "Өскемен-Риддер-Зыряновск-Серебрянск"

SAMPLES = {
    "en": Sample(
        title="Free hot meals for every pupil of years 1 to 4",
        title_short="Keep the lake open",
        title_long="Give every village school with fewer than eighty pupils a bus of its own, a driver on the payroll "
        f"and a winter timetable agreed with the parents of {_LONG_WORD}, before the next school year begins",
        ask="We ask the Government to pay for one hot meal a day for all pupils of years 1 to 4 in state schools from "
        "September 2027.\n\nIn villages many children leave home before seven and come back after three. A quarter of "
        "them eat nothing hot in between. Where the regional budget already pays, teachers see fewer absences and "
        "better marks by spring.",
        answer="written answer of the Government",
        hearing="public hearing",
        addressee="Ministry of Education",
        region="Abai region",
        regions=(
            "Almaty",
            "Astana",
            "Turkistan region",
            "Shymkent",
            "Karaganda region",
            "East Kazakhstan region",
            "Abai region",
            "North Kazakhstan region",
            "Ulytau region",
        ),
        hero="Ask. Sign. Be answered.",
        lead="When enough people sign, an agency must answer, in public and in time.",
        sign="Sign this petition",
        start="Start a petition",
        withdraw="Withdraw my signature",
        cancel="Cancel",
        open_now="Open for signatures",
        see_all="See all petitions",
        collecting="Collecting signatures",
        answered="Answered",
        closed="Closed",
        overdue="Answer overdue",
        name="What do you ask for?",
        name_hint="One sentence. Say what should change, not who is to blame.",
        name_error="Write what you ask for in at least 20 letters",
        text="Why does it matter?",
        text_hint="Facts, examples, what you propose.",
        public_note="Your first name and the first letter of your surname may be shown. Nothing else is public.",
        confirm="I have read what will be public and I sign",
        search="Search petitions",
        by_region="Signatures by region",
        by_day="Signatures per day",
        signatures="Signatures",
        timeline=(
            "Petition published",
            "First 50 supporters found",
            "Collecting signatures",
            "Answer of the Government",
        ),
        steps=("Your request", "Who must answer", "Check for similar petitions", "Preview and publish"),
        reason="The rules allow six months for collecting signatures.",
        nothing="No petition matches",
        nothing_body="Try fewer words, or look in all regions.",
        who_answers="Who must answer",
        by_when="By when",
        change="Change",
        signed="Your signature is counted",
        signed_body="You are one of 42,319 people. We will write to you when the answer comes.",
        tabs=("Petition", "Signatures", "Answer"),
    ),
    "ru": Sample(
        title="Бесплатное горячее питание для каждого ученика 1–4 классов",
        title_short="Оставьте озеро открытым",
        title_long="Обеспечить каждую сельскую школу, где учится меньше восьмидесяти детей, собственным автобусом, "
        "водителем в штате и зимним расписанием, согласованным с родителями населённых пунктов "
        f"{_LONG_WORD}, до начала следующего учебного года",
        ask="Просим Правительство с сентября 2027 года оплачивать одно горячее блюдо в день всем ученикам 1–4 классов "
        "государственных школ.\n\nВ сёлах многие дети выходят из дома до семи утра и возвращаются после трёх. Каждый "
        "четвёртый всё это время не ест горячего. Там, где область уже платит, учителя видят меньше пропусков и "
        "лучшие отметки к весне.",
        answer="письменный ответ Правительства",
        hearing="общественные слушания",
        addressee="Министерство просвещения",
        region="Область Абай",
        regions=(
            "Алматы",
            "Астана",
            "Туркестанская область",
            "Шымкент",
            "Карагандинская область",
            "Восточно-Казахстанская область",
            "Область Абай",
            "Северо-Казахстанская область",
            "Область Улытау",
        ),
        hero="Предложите. Подпишите. Получите ответ.",
        lead="Когда подписей достаточно, орган власти обязан ответить — публично и в срок.",
        sign="Подписать петицию",
        start="Создать петицию",
        withdraw="Отозвать подпись",
        cancel="Отмена",
        open_now="Идёт сбор подписей",
        see_all="Все петиции",
        collecting="Сбор подписей",
        answered="Есть ответ",
        closed="Завершена",
        overdue="Ответ просрочен",
        name="О чём вы просите?",
        name_hint="Одно предложение: что должно измениться, а не кто виноват.",
        name_error="Напишите, о чём вы просите, — не меньше 20 букв",
        text="Почему это важно?",
        text_hint="Факты, примеры, ваше предложение.",
        public_note="Могут быть показаны ваше имя и первая буква фамилии. Остальное никто не увидит.",
        confirm="Я прочитал, что будет видно всем, и подписываю",
        search="Поиск петиций",
        by_region="Подписи по регионам",
        by_day="Подписи по дням",
        signatures="Подписи",
        timeline=("Петиция опубликована", "Собраны первые 50 сторонников", "Идёт сбор подписей", "Ответ Правительства"),
        steps=("Ваша просьба", "Кто должен ответить", "Похожие петиции", "Проверка и публикация"),
        reason="По правилам подписи собирают шесть месяцев.",
        nothing="Ничего не найдено",
        nothing_body="Попробуйте меньше слов или ищите по всем регионам.",
        who_answers="Кто должен ответить",
        by_when="Срок",
        change="Изменить",
        signed="Ваша подпись учтена",
        signed_body="Вы среди 42 319 человек. Мы напишем вам, когда придёт ответ.",
        tabs=("Петиция", "Подписи", "Ответ"),
    ),
    "kk": Sample(
        title="1–4-сынып оқушыларының әрқайсысына тегін ыстық тамақ берілсін",
        title_short="Көлге жол ашық болсын",
        title_long="Сексеннен аз оқушысы бар әрбір ауыл мектебі келесі оқу жылына дейін өз автобусымен, штаттағы "
        f"жүргізушімен және {_LONG_WORD} елді мекендерінің ата-аналары келіскен қысқы кестемен қамтамасыз етілсін",
        ask="Үкіметтен 2027 жылғы қыркүйектен бастап мемлекеттік мектептердегі 1–4-сынып оқушыларының бәріне "
        "күніне бір рет ыстық тамақ беруді сұраймыз.\n\nАуылда көп бала таңғы жетіге жетпей үйден шығып, түскі "
        "үштен кейін оралады. Әр төртінші бала осы уақытта ыстық ас ішпейді. Облыс бюджеті төлеп отырған жерлерде "
        "мұғалімдер сабақ босату азайып, көктемге қарай үлгерім жақсарғанын айтады.",
        answer="Үкіметтің жазбаша жауабы",
        hearing="қоғамдық тыңдау",
        addressee="Оқу-ағарту министрлігі",
        region="Абай облысы",
        regions=(
            "Алматы",
            "Астана",
            "Түркістан облысы",
            "Шымкент",
            "Қарағанды облысы",
            "Шығыс Қазақстан облысы",
            "Абай облысы",
            "Солтүстік Қазақстан облысы",
            "Ұлытау облысы",
        ),
        hero="Ұсыныңыз. Қол қойыңыз. Жауап алыңыз.",
        lead="Қол жеткілікті жиналса, мемлекеттік орган ашық әрі мерзімінде жауап беруге міндетті.",
        sign="Петицияға қол қою",
        start="Петиция бастау",
        withdraw="Қолымды қайтарып алу",
        cancel="Болдырмау",
        open_now="Қол жиналып жатыр",
        see_all="Барлық петициялар",
        collecting="Қол жинау",
        answered="Жауап берілді",
        closed="Аяқталды",
        overdue="Жауап мерзімі өтті",
        name="Не сұрайсыз?",
        name_hint="Бір сөйлеммен: кім кінәлі екенін емес, не өзгеруі керегін жазыңыз.",
        name_error="Не сұрайтыныңызды кемінде 20 әріппен жазыңыз",
        text="Бұл неге маңызды?",
        text_hint="Деректер, мысалдар, ұсынысыңыз.",
        public_note="Атыңыз бен тегіңіздің бірінші әрпі көрсетілуі мүмкін. Басқа ешнәрсе жария болмайды.",
        confirm="Не жария болатынын оқыдым, қол қоямын",
        search="Петиция іздеу",
        by_region="Өңірлер бойынша қолдар",
        by_day="Күн сайынғы қолдар",
        signatures="Қол саны",
        timeline=("Петиция жарияланды", "Алғашқы 50 қолдаушы табылды", "Қол жиналып жатыр", "Үкіметтің жауабы"),
        steps=("Сіздің өтінішіңіз", "Кім жауап береді", "Ұқсас петициялар", "Тексеру және жариялау"),
        reason="Ереже бойынша қол жинауға алты ай беріледі.",
        nothing="Ештеңе табылмады",
        nothing_body="Сөзді азайтып көріңіз немесе барлық өңірден іздеңіз.",
        who_answers="Кім жауап береді",
        by_when="Мерзімі",
        change="Өзгерту",
        signed="Қолыңыз есепке алынды",
        signed_body="Қол қойған 42 319 адамның бірісіз. Жауап келгенде хабарлаймыз.",
        tabs=("Петиция", "Қолдар", "Жауап"),
    ),
}
