import { once } from "node:events";
import type { AddressInfo } from "node:net";

import { serve } from "@hono/node-server";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { describedApp } from "../support/described.ts";
import { PASSWORD, useWorld } from "../support/world.ts";
import { openChromium } from "./chromium.ts";

const { missing, launch } = await openChromium();

describe.skipIf(missing)("the documentation in a browser", () => {
  const world = useWorld();
  let browser: Browser;
  let page: Page;
  let url = "";
  let stop: () => Promise<unknown>;
  const asked: string[] = [];
  const complaints: string[] = [];

  beforeAll(async () => {
    const { fetch } = describedApp(world().platform);
    const server = serve({ fetch, hostname: "127.0.0.1", port: 0 });
    await once(server, "listening");
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    stop = () => new Promise((resolve) => server.close(resolve));
    browser = await launch();
    page = await browser.newPage({ viewport: { width: 1_400, height: 1_000 } });
    page.on("request", (request) => asked.push(request.url()));
    page.on("console", (message) => {
      if (message.type() === "error") complaints.push(message.text());
    });
    page.on("pageerror", (error) => complaints.push(error.message));
    await page.goto(`${url}/docs`);
  });
  afterAll(async () => {
    await browser?.close();
    await stop?.();
  });

  it("[PLT-3] shows every chapter, and the operations of one", async () => {
    await page.getByRole("heading", { name: "Ask agents to look at a target" }).waitFor();
    const chapters = page.getByRole("button", { name: /^(Open|Close) Group - / });
    const names = (await chapters.allTextContents()).map((text) => text.split(" - ").at(-1));
    expect(names).toEqual([
      "Checks",
      "Agents",
      "Sign-in",
      "People",
      "API keys",
      "Audit",
      "Platform",
      "Models",
    ]);
  });

  it("[PLT-3] Authorize signs in, and a request of the page is that person's", async () => {
    const { email } = await world().personWith("viewer");
    await page.locator('[data-placeholder="janedoe"]').fill(email);
    await page.locator('input[placeholder="********"]').first().fill(PASSWORD);
    const granted = page.waitForResponse(`${url}/api/v1/auth/token`);
    await page.getByRole("button", { name: "Authorize" }).click();
    expect((await granted).status()).toBe(200);

    await page.getByRole("button", { name: "Open Group - People" }).click();
    await page.getByRole("link", { name: /^Who I am/ }).click();
    await page.getByRole("button", { name: /^Test Request.*users\/me/ }).click();
    const answered = page.waitForResponse(`${url}/api/v1/users/me`);
    await page.getByRole("button", { name: /^Send/ }).first().click();
    const response = await answered;
    expect(response.status()).toBe(200);
    expect(await response.json()).toMatchObject({ email, role: "viewer" });
  });

  it("[PLT-3] asks nobody else, and breaks no rule of the page", () => {
    expect(asked.filter((one) => !one.startsWith(`${url}/`) && !one.startsWith("data:"))).toEqual(
      [],
    );
    expect(complaints).toEqual([]);
  });
});
