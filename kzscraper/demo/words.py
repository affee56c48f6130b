"""The words of the demo page.

They are written down here a second time on purpose: a page that borrowed the reader's own word
table could never show that the reader misses a word.
"""

from collections.abc import Mapping
from types import MappingProxyType

LANGUAGES = ("ru", "en", "kk")

_WORDS: dict[str, tuple[str, str, str]] = {
    # key: (ru, en, kk)
    "current_hashrate": ("Текущий хешрейт", "Current hashrate", "Ағымдағы хэшрейт"),
    "avg_hashrate_24h": (
        "Средний хешрейт за 24ч",
        "Average hashrate 24H",
        "Орташа хэшрейт 24 сағатта",
    ),
    "online_workers": ("Онлайн воркеры", "Online workers", "Онлайн жұмысшылар"),
    "offline_workers": ("Оффлайн воркеры", "Offline workers", "Оффлайн жұмысшылар"),
    "balance": ("Баланс", "Balance", "Баланс"),
    "last_income": ("Последний доход", "Last income", "Соңғы табыс"),
    "workers": ("Воркеры", "Workers", "Жұмысшылар"),
    "status": ("Статус", "Status", "Мәртебе"),
    "hashrate_10m": ("Хешрейт за 10 минут", "Hashrate 10m", "Хэшрейт 10 минутта"),
    "hashrate_1h": ("Хешрейт за 1 час", "Hashrate 1h", "Хэшрейт 1 сағатта"),
    "hashrate_24h": ("Хешрейт за 24 часа", "Hashrate 24h", "Хэшрейт 24 сағатта"),
    "last_exchange": ("Время последней доли", "Last share time", "Соңғы үлестің уақыты"),
    "reject": ("Доля отказов", "Reject rate", "Қабылданбағаны"),
    "ip": ("IP-адрес", "IP address", "IP мекенжайы"),
    "earnings": ("Доходы", "Earnings", "Табыс"),
    "date": ("Дата", "Date", "Күн"),
    "total_income": ("Общий доход", "Total income", "Жалпы табыс"),
    "hashrate": ("Хешрейт", "Hashrate", "Хэшрейт"),
    "payouts": ("Выплаты", "Payouts", "Төлемдер"),
    "amount": ("Сумма", "Amount", "Сома"),
    "transaction": ("Транзакция", "Transaction", "Транзакция"),
    "status.online": ("ONLINE", "ONLINE", "ONLINE"),
    "status.offline": ("OFFLINE", "OFFLINE", "OFFLINE"),
    "status.dead": ("Неактивный", "Inactive", "Әрекетсіз"),
    "localised.online": ("Онлайн", "Online", "Онлайн"),
    "localised.offline": ("Оффлайн", "Offline", "Оффлайн"),
    "loading": ("Загрузка", "Loading", "Жүктелуде"),
    "empty": ("Таблица пуста", "The table is empty", "Кесте бос"),
    "next": ("Далее", "Next", "Келесі"),
    "previous": ("Назад", "Previous", "Артқа"),
    "next_page": ("Следующая страница", "Next page", "Келесі бет"),
    "previous_page": ("Предыдущая страница", "Previous page", "Алдыңғы бет"),
    "load_more": ("Загрузить еще", "Load more", "Көбірек жүктеу"),
    "error": ("Произошла ошибка", "Something went wrong", "Қате орын алды"),
    "revoked": (
        "Ссылка недействительна или была отозвана",
        "The link is invalid or has been revoked",
        "Сілтеме жарамсыз немесе оның күші жойылған",
    ),
    "sign_in": ("Войти", "Sign in", "Кіру"),
    "password": ("Пароль", "Password", "Құпиясөз"),
    "observer": ("Наблюдатель", "Observer", "Бақылаушы"),
    # Headers that no reader can know; the column has to be found by its place.
    "unknown.hashrate_10m": ("Ряд А", "Series A", "А қатары"),
    "unknown.hashrate_1h": ("Ряд Б", "Series B", "Ә қатары"),
    "unknown.hashrate_24h": ("Ряд В", "Series C", "Б қатары"),
    "unknown.last_exchange": ("Крайняя отметка", "Pulse", "Белгі"),
}

WORDS: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        language: MappingProxyType({key: forms[place] for key, forms in _WORDS.items()})
        for place, language in enumerate(LANGUAGES)
    }
)
