// Makes of what a telephone or scanner gives an upright JPEG that fits.
//
// A JPEG that is upright and small enough goes up as it is, byte for byte.
// Anything else that the browser can decode (HEIC where it can, PNG, WebP,
// sideways or very large pictures) is drawn anew.

// Telephones refuse canvases above about 16 Mpx; 12 Mpx is twice what any
// recognition of a card needs.
const canvasPixels = 12e6;

const qualities = [0.92, 0.85, 0.75];

// An error that a person can do something about: its message is the key of
// a text, "picture.…", or a code of the form's messages.

export class PictureError extends Error {
  constructor(code) {
    super(code);
    this.code = code;
  }
}

// turns: quarter turns clockwise on top of what the picture itself says;
// anew: drawn anew even if it seems to fit.

export async function prepare(file, limits, { turns = 0, anew = false } = {}) {
  const head = new Uint8Array(await file.slice(0, 131072).arrayBuffer());
  const jpeg = head[0] === 0xff && head[1] === 0xd8 && head[2] === 0xff;
  const fits = file.size <= limits.max_bytes;

  if (jpeg && fits && !anew && turns === 0 && orientation(head) === 1) {
    return file;
  }

  const source = await decode(file, jpeg);

  try {
    return await draw(source, file.name, limits, turns);
  } finally {
    source.close?.();
  }
}

async function decode(file, jpeg) {
  if (file.size === 0) {
    throw new PictureError('picture.empty');
  }

  try {
    return await createImageBitmap(file, { imageOrientation: 'from-image' });
  } catch {
    // Safari opens HEIC as an image only
  }

  const address = URL.createObjectURL(file);

  try {
    const image = new Image();

    image.src = address;
    await image.decode();
    return image;
  } catch {
    throw new PictureError(unreadable(file, jpeg));
  } finally {
    URL.revokeObjectURL(address);
  }
}

function unreadable(file, jpeg) {
  if (jpeg) {
    return 'truncated';
  }

  return /heic|heif/i.test(`${file.type} ${file.name}`)
    ? 'picture.heic'
    : 'picture.not_picture';
}

async function draw(source, name, limits, turns) {
  const width = source.naturalWidth ?? source.width;
  const height = source.naturalHeight ?? source.height;
  const scale = Math.min(
    1,
    Math.sqrt(canvasPixels / (width * height)),
    limits.max_side / Math.max(width, height),
  );

  for (let shrink = scale; ; shrink *= 0.7) {
    const canvas = canvasOf(source, Math.round(width * shrink),
      Math.round(height * shrink), turns);

    for (const quality of qualities) {
      const blob = await encode(canvas, quality);

      if (blob.size <= limits.max_bytes) {
        return new File([blob], jpegName(name), { type: 'image/jpeg' });
      }
    }
  }
}

function canvasOf(source, width, height, turns) {
  const canvas = document.createElement('canvas');
  const across = turns % 2 !== 0;

  canvas.width = across ? height : width;
  canvas.height = across ? width : height;

  const context = canvas.getContext('2d');

  if (context === null) {
    throw new PictureError('picture.memory');
  }

  // what was transparent is paper
  context.fillStyle = '#fff';
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.translate(canvas.width / 2, canvas.height / 2);
  context.rotate((turns * Math.PI) / 2);
  context.imageSmoothingQuality = 'high';
  context.drawImage(source, -width / 2, -height / 2, width, height);

  return canvas;
}

function encode(canvas, quality) {
  return new Promise((resolve, reject) => {
    canvas.toBlob((blob) => {
      if (blob === null) {
        reject(new PictureError('picture.memory'));
      } else {
        resolve(blob);
      }
    }, 'image/jpeg', quality);
  });
}

function jpegName(name) {
  return `${name.replace(/\.[^.]*$/, '') || 'picture'}.jpg`;
}

// The orientation that EXIF 2.32 (tag 0x0112) gives; 1, upright, when it
// says nothing.

export function orientation(bytes) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

  try {
    for (let at = 2; view.getUint8(at) === 0xff;) {
      const marker = view.getUint8(at + 1);

      if (marker === 0xe1 && view.getUint32(at + 4) === 0x45786966) {
        return orientationOf(view, at + 10);
      }

      if (marker === 0xda) {
        break;
      }

      at += 2 + view.getUint16(at + 2);
    }
  } catch (error) {
    if (!(error instanceof RangeError)) {
      throw error;
    }
    // it ends within its head: nothing is said
  }

  return 1;
}

function orientationOf(view, tiff) {
  const little = view.getUint16(tiff) === 0x4949;
  const directory = tiff + view.getUint32(tiff + 4, little);
  const entries = view.getUint16(directory, little);

  for (let i = 0; i < entries; i += 1) {
    const entry = directory + 2 + 12 * i;

    if (view.getUint16(entry, little) === 0x0112) {
      const value = view.getUint16(entry + 8, little);

      return value >= 1 && value <= 8 ? value : 1;
    }
  }

  return 1;
}
