"""Lesson 8, your turn: welcome a newcomer by name."""

from fastapi import FastAPI

from server_snippets.step_08_chat_rooms import ChatServer, Member


# %% your turn
class FriendlyChat(ChatServer):
    async def joined(self, member: Member) -> None:
        await super().joined(member)
        ### BEGIN SOLUTION
        await self.tell({"type": "welcome", "username": member.username}, member)
        ### END SOLUTION


def make_app() -> FastAPI:
    return FriendlyChat().make_app()
