/** A text as passwords are compared: one spelling for upper and lower case, and for composed accents. */
export const folded = (text: string): string => text.normalize('NFC').toLowerCase().normalize('NFC');
