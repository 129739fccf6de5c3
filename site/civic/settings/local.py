"""One machine, loopback only: demo accounts, demo data and the demo partner key exist here and nowhere else."""

import secrets

from civic.settings import environment as env
from civic.settings.base import *  # noqa: F403
from civic.settings.base import OPEN311_API_KEYS, SECRET_KEY, VAR_DIR

DEMO = env.flag("DEMO", True, meaning="本地演示：演示账号、演示密钥、演示数据；监听非回环地址时必须关闭")

if not SECRET_KEY:
    _key_file = VAR_DIR / "keys" / "secret_key"
    if not _key_file.exists():
        _key_file.parent.mkdir(parents=True, exist_ok=True)
        _key_file.touch(mode=0o600)
        _key_file.write_text(secrets.token_urlsafe(50))
    SECRET_KEY = _key_file.read_text().strip()

if DEMO:
    OPEN311_API_KEYS = {"demo-key": "partner-demo", **OPEN311_API_KEYS}
# Everything on a developer's machine comes from loopback, which is one "address" for all its users.
INTAKE_RATE_EXEMPT = env.items("INTAKE_RATE_EXEMPT", "127.0.0.1,::1", meaning="不受频率限制的地址，逗号分隔")
# A machine of one's own is measured and tried out, not guarded against itself.
PARTNER_QUOTA_MINUTE = env.integer("PARTNER_QUOTA_MINUTE", 0, meaning="合作方每分钟的调用上限，0 为不限")
PARTNER_QUOTA_DAY = env.integer("PARTNER_QUOTA_DAY", 0, meaning="合作方每天的调用上限，0 为不限")
