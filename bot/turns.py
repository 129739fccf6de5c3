"""Runs turns: safety first, then Rasa, then the degraded mode; in a bounded pool, one message of a person at a time."""

from __future__ import annotations

import logging
import os
import threading
import time
from collections import deque
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.core.signals import setting_changed
from django.db import close_old_connections, connection

from . import conf, degraded, dialogue, following, replies, safety, services
from .engine import EngineError, RasaEngine, command
from .models import Message
from .replies import Reply

if TYPE_CHECKING:
    from nlp import Analysis

logger = logging.getLogger(__name__)

# Left for the degraded mode and the answer's way out once Rasa has used up its time.
RESERVE_SECONDS = 0.9
ENGINE_LEAST_SECONDS = 0.6
POLL_SECONDS = 0.05
BUSY_SECONDS = 5.0


class TurnsFullError(Exception):
    """The pool's queue is full; the message stays stored and is answered later."""


@dataclass(frozen=True)
class Outcome:
    """What the channel can say now: the answer, or None when it comes later; ``failed`` when a turn broke."""

    replies: list[Reply] | None
    failed: bool = False


_engines: dict[str, RasaEngine] = {}
_engines_lock = threading.Lock()


def engine() -> RasaEngine:
    """Returns this process's way to Rasa."""
    url = conf.get("BOT_RASA_URL")
    with _engines_lock:
        found = _engines.get(url)
        if found is None:
            found = _engines[url] = RasaEngine(url)
        return found


# ---- one turn


def run_turn(*, message_pk: int, deadline: float | None = None) -> bool:
    """Answers one stored message and records the answer; False when another run has it.

    ``deadline`` (monotonic) is when the channel stops waiting. Raises ConversationBusyError. A turn that breaks is
    recorded and left to the outbox: nothing is raised for it.
    """
    message = services.claim_turn(message_pk=message_pk)
    if message is None:
        return False
    try:
        said, answered_by = _answer(message, deadline)
        if said:
            said = [*said, *following.waiting(message)]
    except Exception:
        logger.exception("a turn failed", extra={"bot_message": message.pk})
        services.record_failure(message=message)
        return True
    services.record_reply(message=message, replies=said, answered_by=answered_by)
    return True


def _answer(message: Message, deadline: float | None) -> tuple[Sequence[Reply], str]:
    conversation = message.conversation
    text = dialogue.clean(message.text)
    limit = conf.get("BOT_MESSAGE_MAX")
    if message.kind == Message.Kind.EVENT:
        return ([replies.greeting()] if message.payload.get("event") == "subscribe" else []), "gateway"
    if message.kind == Message.Kind.LOCATION:
        return _dialogue(message, None, deadline)
    if message.kind not in (Message.Kind.TEXT, Message.Kind.VOICE) or not text:
        return [replies.only_words(message.kind)], "gateway"
    if len(text) > limit:
        return [replies.too_long(limit)], "gateway"
    if (followed := following.answer(message, text)) is not None:
        return followed, "gateway"
    analysis = _analyze(text)
    if analysis is not None and analysis.self_harm:
        services.hand_over(conversation=conversation, reason="self_harm")
        services.clear_draft(conversation=conversation)
        services.mark_engine_stale(conversation=conversation, stale=True)
        return [safety.care()], "safety"
    said, answered_by = _dialogue(message, analysis, deadline)
    first = safety.notices(analysis) if analysis is not None else []
    return [*first, *said], answered_by


def _dialogue(
    message: Message, analysis: Analysis | None, deadline: float | None
) -> tuple[Sequence[Reply], str]:
    conversation = message.conversation
    try:
        return _ask_rasa(message, deadline), "rasa"
    except EngineError as error:
        said, diverged = degraded.answer(message=message, analysis=analysis)
        if diverged or error.reached:
            services.mark_engine_stale(conversation=conversation, stale=True)
        return said, "degraded"


def _ask_rasa(message: Message, deadline: float | None) -> list[Reply]:
    conversation = message.conversation
    rasa = engine()
    sender = str(conversation.pk)
    metadata = {"message_id": message.message_id, "channel": conversation.channel}
    if conversation.engine_stale:
        rasa.restart(conversation_id=sender, seconds=_engine_seconds(deadline))
        services.mark_engine_stale(conversation=conversation, stale=False)
        if conversation.draft.get("text"):
            rasa.turn(
                conversation_id=sender,
                text=command("resume_report"),
                metadata=metadata,
                seconds=_engine_seconds(deadline),
            )
    said = rasa.turn(
        conversation_id=sender, text=_wording(message), metadata=metadata, seconds=_engine_seconds(deadline)
    )
    if not said:
        # An action failed, or no rule knew what to do: Rasa's log says which.
        raise EngineError("empty answer", reached=True)
    return said


def _wording(message: Message) -> str:
    if message.kind == Message.Kind.LOCATION:
        return command(
            "inform_location",
            lon=message.payload["lon"],
            lat=message.payload["lat"],
            label=message.payload.get("label", ""),
        )
    return dialogue.neutralise(message.text)


def _engine_seconds(deadline: float | None) -> float:
    longest = float(conf.get("BOT_RASA_SECONDS"))
    if deadline is None:
        return longest
    return max(ENGINE_LEAST_SECONDS, min(longest, deadline - time.monotonic() - RESERVE_SECONDS))


def _analyze(text: str) -> Analysis | None:
    """Returns nlp's analysis; None when it fails, for the dialogue goes on without it."""
    from nlp import analyze

    try:
        return analyze(text)
    except Exception:
        logger.exception("analysis failed")
        return None


# ---- the pool


class TurnPool:
    """A bounded pool of threads; messages of one conversation run one after another, others side by side."""

    def __init__(self, *, workers: int, queue: int) -> None:
        self._executor = ThreadPoolExecutor(max_workers=workers, thread_name_prefix="bot-turn")
        self._limit = queue
        self._lock = threading.Lock()
        self._lines: dict[UUID, deque[tuple[int, float, Future[None]]]] = {}
        self._futures: dict[int, Future[None]] = {}

    def submit(self, *, message: Message, deadline: float) -> Future[None]:
        """Lines the message up and returns its future, the same one for a repeat. Raises TurnsFullError."""
        with self._lock:
            known = self._futures.get(message.pk)
            if known is not None:
                return known
            if len(self._futures) >= self._limit:
                raise TurnsFullError
            future: Future[None] = Future()
            self._futures[message.pk] = future
            line = self._lines.get(message.conversation_id)
            if line is None:
                self._lines[message.conversation_id] = deque([(message.pk, deadline, future)])
                self._executor.submit(self._run_next, message.conversation_id)
            else:
                line.append((message.pk, deadline, future))
            return future

    def shutdown(self) -> None:
        self._executor.shutdown(wait=True)

    def _run_next(self, conversation_id: UUID) -> None:
        with self._lock:
            message_pk, deadline, future = self._lines[conversation_id][0]
        try:
            close_old_connections()
            self._run(message_pk, deadline)
        except Exception:
            logger.exception("a turn could not run", extra={"bot_message": message_pk})
        finally:
            connection.close()
            with self._lock:
                line = self._lines[conversation_id]
                line.popleft()
                self._futures.pop(message_pk, None)
                if line:
                    self._executor.submit(self._run_next, conversation_id)
                else:
                    del self._lines[conversation_id]
            future.set_result(None)

    @staticmethod
    def _run(message_pk: int, deadline: float) -> None:
        patience = time.monotonic() + BUSY_SECONDS
        while True:
            try:
                run_turn(message_pk=message_pk, deadline=deadline)
            except services.ConversationBusyError:
                if time.monotonic() >= patience:
                    raise
                time.sleep(POLL_SECONDS)
            else:
                return


_pools: dict[int, TurnPool] = {}
_pools_lock = threading.Lock()


def pool() -> TurnPool:
    """Returns this process's pool; a forked child makes its own."""
    with _pools_lock:
        found = _pools.get(os.getpid())
        if found is None:
            found = TurnPool(workers=conf.get("BOT_TURN_WORKERS"), queue=conf.get("BOT_TURN_QUEUE"))
            _pools[os.getpid()] = found
        return found


def answer_within(*, message: Message, seconds: float) -> Outcome:
    """Answers a stored message, waiting at most so long; what is not ready by then is owed and comes later.

    A repeat of a message that is being answered waits for the same answer; of one that is answered, gets it.
    """
    deadline = time.monotonic() + seconds
    if message.state == Message.State.ANSWERED:
        return Outcome(services.stored_reply(message=message))
    future: Future[None] | None = None
    if conf.get("BOT_TURN_WORKERS") == 0:
        try:
            run_turn(message_pk=message.pk, deadline=deadline)
        except services.ConversationBusyError:
            logger.info("conversation is busy elsewhere", extra={"bot_message": message.pk})
    else:
        try:
            future = pool().submit(message=message, deadline=deadline)
        except TurnsFullError:
            logger.warning("the turn queue is full", extra={"bot_message": message.pk})
        else:
            wait([future], timeout=max(0.0, deadline - time.monotonic()))
    while True:
        message.refresh_from_db(fields=["state"])
        if message.state == Message.State.ANSWERED:
            return Outcome(services.stored_reply(message=message))
        if message.state == Message.State.FAILED:
            return Outcome(None, failed=True)
        here = future is None or not future.done()
        if here or time.monotonic() >= deadline:
            return Outcome(services.owe_reply(message=message))
        # Another process is at it: the repeat of a message came to this one.
        time.sleep(POLL_SECONDS)


def warm_up() -> None:
    """Loads the language data, so that the first person does not wait for it."""
    _analyze("路灯不亮了")


def _forget(*, setting: str, **_kwargs: Any) -> None:
    if setting.startswith("BOT_"):
        with _engines_lock:
            for each in _engines.values():
                each.close()
            _engines.clear()
        with _pools_lock:
            old = _pools.pop(os.getpid(), None)
        if old is not None:
            old.shutdown()


setting_changed.connect(_forget)
