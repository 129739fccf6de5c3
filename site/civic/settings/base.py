"""What every deployment shares. Differences come from environment variables, never from edited files."""

from pathlib import Path

from civic.settings import environment as env

ROOT = Path(__file__).resolve().parents[3]
SITE_DIR = ROOT / "site"
CONTENT_DIR = Path(
    env.text("CONTENT_DIR", meaning="城市内容目录（边界、分类、文本），默认用仓库里的 content/")
    or ROOT / "content"
)
VAR_DIR = Path(env.text("VAR_DIR", meaning="数据库、照片、模型、日志所在目录，默认 var/") or ROOT / "var")
VAR_DIR.mkdir(parents=True, exist_ok=True)

# --- the city -------------------------------------------------------------------------------
CITY_NAME = "北京"
CITY_BBOX = (115.41, 39.43, 117.51, 41.06)  # lon_min, lat_min, lon_max, lat_max; the polygons decide
CITY_CENTRE = (116.3913, 39.9073)
CASE_NUMBER_PREFIX = env.text("CASE_NUMBER_PREFIX", "BJ", meaning="受理编号前缀")
PUBLIC_BASE_URL = env.text(
    "PUBLIC_BASE_URL", "http://127.0.0.1:8000", meaning="对外网址，用于微信回复和接口里的链接"
)

# --- Django ---------------------------------------------------------------------------------
DEBUG = False
DEMO = False
SECRET_KEY = env.text("SECRET_KEY", meaning="签名密钥；生产环境必须给出，本地自动生成并存入 var/keys")
ALLOWED_HOSTS = env.items("ALLOWED_HOSTS", "127.0.0.1,localhost,[::1]", meaning="允许的主机名，逗号分隔")
CSRF_TRUSTED_ORIGINS = env.items("CSRF_TRUSTED_ORIGINS", meaning="反向代理后的 https 来源，逗号分隔")
TRUSTED_PROXIES = env.integer(
    "TRUSTED_PROXIES", 0, meaning="站点前面可信反向代理的层数，决定从 X-Forwarded-For 取哪个地址"
)

INSTALLED_APPS = [
    "civic.core",
    "civic.accounts",
    "civic.places",
    "civic.partners",
    "civic.engagement",
    "civic.cases",
    "civic.markets",
    "civic.opinion",
    "civic.consultation",
    "civic.maps",
    "civic.search",
    "civic.pages",
    "civic.demo",
    "civic.api",
    "wiki",
    "bot",
    "wagtail.contrib.settings",
    "wagtail.contrib.redirects",
    "wagtail.users",
    "wagtail.sites",
    "wagtail.snippets",
    "wagtail.documents",
    "wagtail.images",
    "wagtail.search",
    "wagtail.admin",
    "wagtail",
    "modelcluster",
    "taggit",
    "leaflet",
    "rest_framework",
    "rest_framework.authtoken",
    "drf_spectacular",
    "django_tasks",
    "django_tasks_db",
    # django-leaflet's own admin widgets would need GDAL, so Django's admin is installed without discovery
    "django.contrib.admin.apps.SimpleAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
]

MIDDLEWARE = [
    "civic.core.middleware.RequestLogMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "civic.core.middleware.BodyLimitMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "wagtail.contrib.redirects.middleware.RedirectMiddleware",
]

ROOT_URLCONF = "civic.urls"
WSGI_APPLICATION = "civic.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "civic.core.context.site",
                "civic.pages.foot.context",
            ]
        },
    }
]

# --- data -----------------------------------------------------------------------------------
DATABASE_URL = env.text(
    "DATABASE_URL", meaning="postgresql://用户:口令@主机:端口/库；不给则用 var/ 里的 SQLite"
)
if DATABASE_URL:
    from civic.settings.databases import postgresql

    DATABASES = {"default": postgresql(DATABASE_URL)}
else:
    from civic.settings.databases import sqlite

    DATABASES = {"default": sqlite(VAR_DIR / "db.sqlite3")}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
AUTH_USER_MODEL = "accounts.User"
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}

TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend", "QUEUES": ["default"]}}
OUTBOX_LEASE_SECONDS = env.integer(
    "OUTBOX_LEASE_SECONDS", 60, meaning="一件待办的租约秒数，工作进程死后由清扫者收回"
)
OUTBOX_MAX_ATTEMPTS = env.integer("OUTBOX_MAX_ATTEMPTS", 8, meaning="待办重试几次后进入死信")
OUTBOX_POLL_SECONDS = env.number("OUTBOX_POLL_SECONDS", 0.2, meaning="工作进程查看待办的间隔秒数")

# --- people and language --------------------------------------------------------------------
LANGUAGE_CODE = "zh-hans"
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True
USE_I18N = True
WAGTAIL_I18N_ENABLED = False
WAGTAIL_CONTENT_LANGUAGES = LANGUAGES = [("zh-hans", "简体中文")]
LOGIN_URL = "accounts:login"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "/"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]

# --- files ----------------------------------------------------------------------------------
STATIC_URL = "/static/"
STATIC_ROOT = VAR_DIR / "static"
MEDIA_URL = "/media/"
MEDIA_ROOT = VAR_DIR / "media"
EMBEDDING_DIR = VAR_DIR / "models" / "e5zh"  # the launcher builds it; workers only
PRIVATE_ROOT = VAR_DIR / "private"  # originals of citizens' photos: never below a served folder


def private_storage(root: Path) -> dict[str, object]:
    """Return a storage that has no address: files leave it only through a view that checks who asks."""
    return {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": str(root), "base_url": None, "file_permissions_mode": 0o600},
    }


STORAGES: dict[str, dict[str, object]] = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "private": private_storage(PRIVATE_ROOT),
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 512 * 1024
BODY_LIMIT_BYTES = env.integer("BODY_LIMIT_BYTES", 25 * 1024 * 1024, meaning="一次请求的最大字节数（含照片）")
PHOTO_LIMIT_BYTES = env.integer("PHOTO_LIMIT_BYTES", 10 * 1024 * 1024, meaning="一张照片的最大字节数")
PHOTO_LIMIT_COUNT = 6
PHOTO_LIMIT_PIXELS = 50_000_000

# --- intake ---------------------------------------------------------------------------------
REPORT_TEXT_LIMIT = 4000  # Open311 GeoReport v2 allows a description of at most 4,000 characters
ANALYSIS_BUDGET_SECONDS = env.number(
    "ANALYSIS_BUDGET_SECONDS", 0.1, meaning="受理时等待语言分析的秒数，超时由后台补做"
)
INTAKE_RATE_ANONYMOUS = env.rate("INTAKE_RATE_ANONYMOUS", "20/min", meaning="同一地址匿名反映的频率上限")
INTAKE_RATE_EXEMPT = env.items("INTAKE_RATE_EXEMPT", meaning="不受频率限制的地址，逗号分隔")
CASES_PUBLISH = env.choice(
    "CASES_PUBLISH",
    "clerk",
    ("clerk", "never"),
    meaning="谁放行原文与照片：clerk 由受理员逐件放行，never 从不公开",
)
NOISE_NIGHT_LIMIT = env.number("NOISE_NIGHT_LIMIT", 70, meaning="夜间噪声读数超过多少分贝即立即受理")
NOISE_READING_DAYS = env.integer(
    "NOISE_READING_DAYS", 730, meaning="噪声读数晚到超过多少天只存不立案（设备补传多年前的存数时）"
)
CASE_RATING_DAYS = env.integer("CASE_RATING_DAYS", 7, meaning="核查时等反映人评价的天数，逾期自动结案")
CASE_PAUSE_DAYS = env.integer("CASE_PAUSE_DAYS", 5, meaning="等反映人补充的工作日数，逾期恢复计时、接着办")
ENGAGEMENT_ADDRESS_DAYS = env.integer(
    "ENGAGEMENT_ADDRESS_DAYS", 30, meaning="结案多少天后删掉订阅人的邮箱地址"
)
CASE_PHOTO_DISTANCE_M = env.integer(
    "CASE_PHOTO_DISTANCE_M", 300, meaning="照片拍摄处离图钉超过这么多米时，请反映人说明问题在哪里"
)
CASE_REOPEN_DAYS = env.integer("CASE_REOPEN_DAYS", 15, meaning="结案后反映人可以评价或重开的天数")
OPEN311_API_KEYS = env.pairs("OPEN311_API_KEYS", meaning="合作方密钥，形如 密钥:账号,密钥:账号")
OPEN311_JURISDICTION = env.text(
    "OPEN311_JURISDICTION", meaning="Open311 的 jurisdiction_id；设置后，写了别的值的请求得到 404"
)
PARTNER_QUOTA_MINUTE = env.integer(
    "PARTNER_QUOTA_MINUTE", 600, meaning="合作方没有单独设定时，一个合作方每分钟的调用上限，0 为不限"
)
PARTNER_QUOTA_DAY = env.integer(
    "PARTNER_QUOTA_DAY", 100_000, meaning="合作方没有单独设定时，一个合作方每天的调用上限，0 为不限"
)
OPEN311_CONTACT = env.text("OPEN311_CONTACT", meaning="Open311 接口说明里的联系方式")

# --- messages to partners' systems ------------------------------------------------------------
WEBHOOK_TIMEOUT_SECONDS = env.number("WEBHOOK_TIMEOUT_SECONDS", 10, meaning="推送一条消息最多等待对方几秒")
WEBHOOK_MAX_ATTEMPTS = env.integer("WEBHOOK_MAX_ATTEMPTS", 12, meaning="一条推送试几次后进入死信")
WEBHOOK_DISABLE_AFTER = env.integer(
    "WEBHOOK_DISABLE_AFTER", 15, meaning="一个推送地址连续失败几次后自动停用并通知管理员"
)
WEBHOOK_ALLOW_HTTP = env.flag("WEBHOOK_ALLOW_HTTP", False, meaning="允许推送到 http 地址")
WEBHOOK_ALLOW_PRIVATE = env.flag(
    "WEBHOOK_ALLOW_PRIVATE", False, meaning="允许推送到本机和内网地址（合作系统在政务内网时）"
)

# --- e-mail: without a host nothing is sent -------------------------------------------------
EMAIL_HOST = env.text("EMAIL_HOST", meaning="发邮件的 SMTP 服务器；不给则不发邮件")
EMAIL_BACKEND = f"django.core.mail.backends.{'smtp' if EMAIL_HOST else 'dummy'}.EmailBackend"
EMAIL_PORT = env.integer("EMAIL_PORT", 587, meaning="SMTP 端口")
EMAIL_HOST_USER = env.text("EMAIL_HOST_USER", meaning="SMTP 账号")
EMAIL_HOST_PASSWORD = env.text("EMAIL_HOST_PASSWORD", meaning="SMTP 口令")
EMAIL_USE_TLS = env.flag("EMAIL_USE_TLS", True, meaning="SMTP 连接用 STARTTLS 加密")
EMAIL_TIMEOUT = 15
DUTY_EMAILS = env.items("DUTY_EMAILS", meaning="值班员和主管都没有登记邮箱时，紧急案件通知这些邮箱，逗号分隔")
DEFAULT_FROM_EMAIL = env.text("EMAIL_FROM", "noreply@localhost", meaning="邮件的发件人地址")
# Reports by e-mail: without a host no mailbox is looked at (`take_mail` takes letters from a mail server's pipe).
CASE_MAIL_HOST = env.text("CASE_MAIL_HOST", meaning="收诉求邮件的 IMAP 服务器；不给则不收")
CASE_MAIL_PORT = env.integer("CASE_MAIL_PORT", 993, meaning="IMAP 端口")
CASE_MAIL_TLS = env.flag("CASE_MAIL_TLS", True, meaning="IMAP 连接用 TLS 加密")
CASE_MAIL_USER = env.text("CASE_MAIL_USER", meaning="IMAP 账号")
CASE_MAIL_PASSWORD = env.text("CASE_MAIL_PASSWORD", meaning="IMAP 口令")
CASE_MAIL_FOLDER = env.text("CASE_MAIL_FOLDER", "INBOX", meaning="收诉求邮件的文件夹")
CASE_MAIL_FAILED = env.text("CASE_MAIL_FAILED", "Failed", meaning="处理不了的邮件复制到的文件夹")
CASE_MAIL_ADDRESS = env.text("CASE_MAIL_ADDRESS", meaning="诉求邮箱的地址，回执请反映人回复到这里")
CASE_MAIL_SUBADDRESS = env.flag(
    "CASE_MAIL_SUBADDRESS", False, meaning="诉求邮箱收得到“名字+任意字@域名”的信：回执的回复地址里带凭证"
)
CASE_MAIL_AUTHSERV_ID = env.text(
    "CASE_MAIL_AUTHSERV_ID",
    meaning="本单位收信服务器写在 Authentication-Results 里的名字；给出后，经它验明发件人（DMARC）的补充也认",
)
CASE_MAIL_MINUTES = env.integer("CASE_MAIL_MINUTES", 5, meaning="每隔几分钟收一次诉求邮件")

# --- the bot --------------------------------------------------------------------------------
BOT_RASA_URL = env.text(
    "BOT_RASA_URL", "http://127.0.0.1:5005", meaning="Rasa 地址；置空则机器人只用降级模式"
)
BOT_ACTIONS_URL = env.text(
    "BOT_ACTIONS_URL", "http://127.0.0.1:5055", meaning="机器人动作服务地址，/health 据此查看"
)
BOT_TURN_WORKERS = env.integer("BOT_TURN_WORKERS", 8, meaning="同时进行的对话轮数上限")
BOT_PORTS = {
    "submit_report": "civic.cases.ports.submit_report",
    "case_progress": "civic.cases.ports.case_progress",
    "my_reports": "civic.cases.ports.my_reports",
    "add_place": "civic.cases.ports.add_place",
    "follow": "civic.cases.ports.follow",
    "waiting_notices": "civic.engagement.ports.waiting_notices",
    "nearest_markets": "civic.markets.ports.nearest_markets",
    "locate": "civic.places.ports.locate",
    "answer_faq": "civic.pages.ports.answer_faq",
    "publish": "civic.core.outbox.publish",
}
WECHAT_TOKEN = env.text("WECHAT_TOKEN", meaning="微信公众号令牌")
WECHAT_APP_ID = env.text("WECHAT_APP_ID", meaning="微信公众号 AppID")
WECHAT_SECRET = env.text("WECHAT_SECRET", meaning="微信公众号 AppSecret，用于客服消息")
WECHAT_ENCODING_AES_KEY = env.text("WECHAT_ENCODING_AES_KEY", meaning="微信消息加密密钥（43 位），安全模式用")
WECHAT_API_BASE = env.text("WECHAT_API_BASE", "https://api.weixin.qq.com/cgi-bin/", meaning="微信接口根地址")

# Which notices reach people who have not written for 48 hours depends on the account's templates.
WECHAT_TEMPLATE_ID = env.text("WECHAT_TEMPLATE_ID", meaning="进展通知的微信模板消息编号；不给则不用")
WECHAT_SUBSCRIBE_TEMPLATE_ID = env.text(
    "WECHAT_SUBSCRIBE_TEMPLATE_ID", meaning="进展通知的微信订阅通知模板编号；不给则不用"
)
WECHAT_TEMPLATE_FIELDS = env.pairs(
    "WECHAT_TEMPLATE_FIELDS",
    meaning="模板里的字段，形如 title:thing1,number:character_string2,time:time3，可用 number、title、text、time",
)

WIKI_PORTS = {
    "publish": "civic.core.outbox.publish",
    "limit": "civic.consultation.limits.count",
    "standing": "civic.consultation.rewards.standing_for",
    "embed": "civic.consultation.embedding.embed",
    "evidence": "civic.consultation.evidence.find_evidence",
    "evidence_words": "civic.consultation.evidence.read_evidence",
}
WIKI_SUGGESTIONS_PER_HOUR = env.integer(
    "WIKI_SUGGESTIONS_PER_HOUR", 60, meaning="一个人一小时内最多提几条修改建议"
)
WIKI_COMMENTS_PER_HOUR = env.integer("WIKI_COMMENTS_PER_HOUR", 60, meaning="一个人一小时内最多发几条评论")
WIKI_UNSIGNED_SUGGESTIONS = env.flag(
    "WIKI_UNSIGNED_SUGGESTIONS", False, meaning="不登录也能提修改建议（不署名，没有积分和通知）"
)
WIKI_VIEWS_FLUSH_SECONDS = env.integer(
    "WIKI_VIEWS_FLUSH_SECONDS", 30, meaning="每隔几秒把政策文件的浏览次数一并写入数据库，0 为不写"
)
WIKI_SUGGESTIONS_SHOWN = env.choice(
    "WIKI_SUGGESTIONS_SHOWN",
    "known",
    ("reviewed", "known", "at_once"),
    meaning="修改建议何时公开（个人信息总是遮盖）：known 有过建议被采纳的人立即公开、其他人审核后公开，"
    "reviewed 一律审核后公开，at_once 一律立即公开",
)

# --- search ---------------------------------------------------------------------------------
ELASTICSEARCH_URL = env.text(
    "ELASTICSEARCH_URL", meaning="给出则舆情索引用 Elasticsearch，否则用数据库自带的全文索引"
)
OPINION_BACKEND = env.text(
    "OPINION_BACKEND", meaning="舆情索引后端的点分路径；不给则由 ELASTICSEARCH_URL 和数据库决定"
)
OPINION_INDEX = env.text("OPINION_INDEX", "opinion", meaning="Elasticsearch 索引别名")
WAGTAILSEARCH_BACKENDS = {"default": {"BACKEND": "wagtail.search.backends.database"}}

# --- Wagtail, Leaflet, REST -----------------------------------------------------------------
WAGTAIL_SITE_NAME = "我爱北京"
WAGTAILADMIN_BASE_URL = PUBLIC_BASE_URL
WAGTAIL_ENABLE_UPDATE_CHECK = False
WAGTAIL_ENABLE_WHATS_NEW_BANNER = False
WAGTAIL_GRAVATAR_PROVIDER_URL = None  # staff addresses are nobody else's business
MAP_TILE_URL = env.text("MAP_TILE_URL", meaning="底图瓦片地址（天地图、高德、OSM）；不给则只画自带的区划边界")
MAP_TILE_ATTRIBUTION = env.text("MAP_TILE_ATTRIBUTION", meaning="底图版权说明")
LEAFLET_CONFIG = {"TILES": [], "ATTRIBUTION_PREFIX": "", "RESET_VIEW": False, "SCALE": "metric"}
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "rest_framework.authentication.TokenAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.AllowAny"],
    "DEFAULT_PARSER_CLASSES": [
        "civic.core.api.JSONParser",
        "rest_framework.parsers.FormParser",
        "rest_framework.parsers.MultiPartParser",
    ],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "civic.core.api.exception_handler",
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
    "DATETIME_FORMAT": "iso-8601",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "我爱北京开放接口",
    "DESCRIPTION": "市民诉求、公开进展、地图、菜市场、政务维基。坐标一律为 WGS-84，顺序为经度、纬度。",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "PREPROCESSING_HOOKS": ["civic.api.document.only_our_api"],
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "civic.api.document.with_errors",
    ],
    "ENUM_NAME_OVERRIDES": {"SuggestionStatusEnum": "wiki.workflow.Status"},
}

# --- safety ---------------------------------------------------------------------------------
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "strict-origin-when-cross-origin"
X_FRAME_OPTIONS = "SAMEORIGIN"
SESSION_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "civic.core.views.csrf_failure"

LOG_LEVEL = env.text("LOG_LEVEL", "INFO", meaning="日志级别")
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"request_id": {"()": "civic.core.logs.RequestIdFilter"}},
    "formatters": {"json": {"()": "civic.core.logs.SafeJsonFormatter"}},
    "handlers": {
        "stderr": {"class": "logging.StreamHandler", "formatter": "json", "filters": ["request_id"]}
    },
    "root": {"handlers": ["stderr"], "level": LOG_LEVEL},
    "loggers": {
        "django.server": {"handlers": ["stderr"], "propagate": False, "level": "WARNING"},
        "elastic_transport": {"level": "WARNING"},
        "jieba": {"level": "WARNING"},
        "wagtail": {"level": "WARNING"},
        "httpx": {"level": "WARNING"},
    },
}
