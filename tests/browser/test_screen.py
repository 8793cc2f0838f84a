"""
The rules that pages are held to do find what breaks them.
"""

import pytest

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_a_picture_without_words_is_found(new_screen):
    screen = await new_screen()
    await screen.open("/login")
    await screen.page.evaluate("main.append(new Image())")

    with pytest.raises(AssertionError, match="image-alt"):
        await screen.look("broken", picture=False)


async def test_a_page_that_scrolls_sideways_is_found(new_screen):
    screen = await new_screen()
    await screen.open("/login")
    await screen.page.evaluate("main.style.minWidth = '400px'")

    with pytest.raises(AssertionError, match="400 px wide at 360"):
        await screen.look("broken", picture=False)


async def test_inline_scripts_and_other_origins_are_found(new_screen):
    screen = await new_screen()
    await screen.open("/login")
    async with screen.page.expect_console_message():
        await screen.page.evaluate(
            "main.append(Object.assign(document.createElement('script'), {text: '1'}))"
        )
    async with screen.page.expect_console_message(
        lambda said: "127.0.0.1:9" in said.text
    ):
        await screen.page.evaluate(
            "main.append(Object.assign(new Image(),"
            " {src: 'http://127.0.0.1:9/x.png', alt: 'x'}))"
        )

    found, screen.faults = screen.faults, []

    assert any("inline script" in fault for fault in found)
    assert any("127.0.0.1:9" in fault for fault in found)
