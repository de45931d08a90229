"""The words of the page, in three languages."""

from typing import Final

TEXTS: Final[dict[str, dict[str, str]]] = {
    "kk": {
        "site": "Браузерге жіберілген хабарлар",
        "banner": "Осы компьютердегі push қызметі: хабарлар ешқайда кетпейді, тек осында көрінеді.",
        "skip": "Негізгі мазмұнға өту",
        "languages": "Тіл",
        "none": "Әзірге хабар жоқ. Сайт хабар жібергенде, ол осында пайда болады; бетті жаңартыңыз.",
        "urgency": "Шұғылдығы",
    },
    "ru": {
        "site": "Сообщения, отправленные в браузеры",
        "banner": "Push-служба этого компьютера: сообщения никуда не уходят, их видно только здесь.",
        "skip": "Перейти к содержанию",
        "languages": "Язык",
        "none": "Сообщений пока нет. Когда сайт отправит сообщение, оно появится здесь; обновите страницу.",
        "urgency": "Срочность",
    },
    "en": {
        "site": "Messages pushed to browsers",
        "banner": "The push service of this machine: messages go nowhere, and are seen only here.",
        "skip": "Skip to main content",
        "languages": "Language",
        "none": "No messages yet. When the site pushes one, it appears here; reload the page.",
        "urgency": "Urgency",
    },
}
