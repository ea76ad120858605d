import type { Page } from 'playwright-core';

export interface VirtualAuthenticator {
  /** Whether it makes sure who is there. */
  verifies(isVerified: boolean): Promise<void>;
  /** Whether whoever is there agrees. */
  agrees(isPresent: boolean): Promise<void>;
}

/** Chromium's own authenticator, with a passkey's place and a sensor, in the place of a finger on one. */
export async function virtualAuthenticator(page: Page): Promise<VirtualAuthenticator> {
  const cdp = await page.context().newCDPSession(page);
  await cdp.send('WebAuthn.enable');
  const { authenticatorId } = await cdp.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      transport: 'internal',
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  });
  return {
    verifies: async (isUserVerified) => {
      await cdp.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified });
    },
    agrees: async (enabled) => {
      await cdp.send('WebAuthn.setAutomaticPresenceSimulation', { authenticatorId, enabled });
    },
  };
}
