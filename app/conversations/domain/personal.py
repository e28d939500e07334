"""Where conversations keep data about people."""

from __future__ import annotations

from app.core.personal_data import by_address, gone, pointer, proven

pointer("talk", "conversation_messages", "user_id")
gone("talk", "conversation_followers", "user_id")
gone("talk", "message_mentions", "user_id")
gone("talk", "message_reads", "user_id")
gone("talk", "faq_uses", "user_id")
by_address("talk", "inbound_mails", "sender", "sender_name")
proven("talk", "inbound_mails", "decided_by", years=0)
