"""A city's servers: every secret from the environment, HTTPS only, no demo."""

from civic.settings import environment as env
from civic.settings.base import *  # noqa: F403
from civic.settings.base import SECRET_KEY

if not SECRET_KEY:
    raise SystemExit("生产环境必须设置 SECRET_KEY")
SECURE_SSL_REDIRECT = env.flag("SECURE_SSL_REDIRECT", True, meaning="把 http 请求转到 https")
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_HSTS_SECONDS = env.integer("SECURE_HSTS_SECONDS", 31_536_000, meaning="HSTS 秒数")
SESSION_COOKIE_SECURE = True
CSRF_COOKIE_SECURE = True
REDIS_URL = env.text("REDIS_URL", meaning="给出则缓存与频率限制放在 Redis，供多个进程共用")
if REDIS_URL:
    CACHES = {"default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": REDIS_URL}}
