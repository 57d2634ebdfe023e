"""A site host looks at a poster before it is printed, in a real Chromium without JavaScript."""

from io import BytesIO

import pypdfium2
import zxingcpp
from PIL import Image

from tests.acceptance.stand import Stand
from tests.support.browser import DESKTOP, PHONE, in_chromium, visit

pytestmark = in_chromium


async def test_F18_a_host_sees_the_poster_prints_it_and_saves_the_pdf(stand: Stand) -> None:
    site = await stand.house.site(75, "Maple High")
    link = f"{stand.house.accounts.page}/s/{site.code}"
    async with visit(stand.browser, stand.root, DESKTOP) as seen:
        await seen.open(f"/poster/{site.code}")
        await seen.page.select_option("#for", "ur")
        await seen.page.select_option("#paper", "a4")
        await seen.press("Show it")
        shown = seen.page.locator("img.sheet")
        assert site.word_code in (await shown.get_attribute("alt") or "")
        picture = Image.open(BytesIO(await shown.screenshot(scale="device")))
        assert [code.text for code in zxingcpp.read_barcodes(picture)] == [link]
        printed = pypdfium2.PdfDocument(await seen.page.pdf(prefer_css_page_size=True, width="210mm", height="297mm"))
        assert len(printed) == 1, "the page itself prints as one sheet"
        assert [code.text for code in zxingcpp.read_barcodes(printed[0].render(scale=2).to_pil())] == [link]
        async with seen.page.expect_download() as download:
            await seen.page.locator("a.button", has_text="Save the PDF").click()
        saved = await download.value
        assert saved.suggested_filename == f"groundswell-{site.word_code}-ur-a4.pdf"
        assert (await saved.path()).read_bytes().startswith(b"%PDF")
        seen.assert_quiet()
    async with visit(stand.browser, stand.root, PHONE) as seen:
        await seen.open(f"/poster/{site.code}?for=nowhere&lang=es")
        assert await seen.sideways() <= 0
        assert await seen.small_targets() == []
        assert await seen.page.locator("#for").input_value() == "es", "an unknown language is the reader's own"
        for path in (f"/poster/{site.code}?paper=a0", "/poster/NOSUCH", f"/poster/{site.code}/ur/a4.exe"):
            await seen.open(path)
            assert "Volver al inicio" in await seen.text(), path
        await seen.open(f"/poster/{site.code}/tlh/a4.pdf")
        assert "Volver al inicio" in await seen.text()
