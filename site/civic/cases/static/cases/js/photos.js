// Photos of the report form: camera or album, small previews, and what is too large made smaller on this device.
// A photo that fits is sent as it is, with the position its camera wrote into it.

const COUNT = 6;
const ONE = 10 * 1024 * 1024; // bytes that the server takes for one photo
const ALL = 24 * 1024 * 1024; // and for all of them with the words
const EDGE = 2560; // pixels of the longer side of a photo made smaller
const TYPES = ["image/jpeg", "image/png", "image/webp"];

async function smaller(file) {
  const image = await createImageBitmap(file, { imageOrientation: "from-image" });
  const scale = Math.min(1, EDGE / Math.max(image.width, image.height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.round(image.width * scale);
  canvas.height = Math.round(image.height * scale);
  canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
  image.close();
  const blob = await new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", 0.85));
  if (!blob) throw new Error("canvas");
  return new File([blob], file.name.replace(/\.\w+$/, "") + ".jpg", { type: "image/jpeg", lastModified: file.lastModified });
}

// Throws for what the browser cannot show: a file named like a photo may be none, and it is said now, not after four steps.
async function open(file) {
  const image = await createImageBitmap(file);
  image.close();
}

/** Take over a file input; `changed` is called after each change. Returns { files, restore }. */
export function photoPicker(root, changed) {
  const input = root.querySelector("input[type=file][name]");
  const camera = root.querySelector("[data-camera]");
  const list = root.querySelector("[data-photo-list]");
  const item = root.querySelector("template[data-photo-item]");
  const note = root.querySelector("[data-photo-note]");
  let files = [];

  function put() {
    const transfer = new DataTransfer();
    for (const file of files) transfer.items.add(file);
    input.files = transfer.files;
    for (const image of list.querySelectorAll("img")) URL.revokeObjectURL(image.src);
    list.replaceChildren(
      ...files.map((file, index) => {
        const row = item.content.cloneNode(true);
        const image = row.querySelector("img");
        image.src = URL.createObjectURL(file);
        image.alt = `第 ${index + 1} 张照片`;
        const remove = row.querySelector("button");
        remove.setAttribute("aria-label", `去掉第 ${index + 1} 张照片`);
        remove.addEventListener("click", () => {
          files = files.filter((one) => one !== file);
          note.textContent = "";
          put();
          changed();
        });
        return row;
      }),
    );
    list.hidden = files.length === 0;
  }

  async function add(chosen) {
    const said = new Set();
    let refused = false;
    for (const file of chosen) {
      if (!TYPES.includes(file.type)) {
        refused = true;
        said.add(`“${file.name}”不是能识别的照片，请选 JPEG、PNG 或 WebP 图片。`);
      } else if (files.length >= COUNT) said.add(`一次最多 ${COUNT} 张照片，多的没有加上。`);
      else {
        try {
          if (file.size <= ONE) await open(file);
          files.push(file.size > ONE ? await smaller(file) : file);
          if (file.size > ONE) said.add("照片太大，已经在手机上缩小。");
        } catch {
          refused = true;
          said.add(`“${file.name}”打不开，请换一张。`);
        }
      }
    }
    while (files.reduce((sum, file) => sum + file.size, 0) > ALL) {
      const largest = files.reduce((one, other) => (other.size > one.size ? other : one));
      const made = await smaller(largest);
      if (made.size >= largest.size) break;
      files = files.map((file) => (file === largest ? made : file));
      said.add("照片合起来太大，已经在手机上缩小。");
    }
    note.textContent = [...said].join("");
    note.classList.toggle("field-error", refused);
    note.classList.toggle("meta", !refused);
    put();
    changed();
  }

  for (const source of [input, camera]) {
    source.addEventListener("change", (event) => {
      event.stopPropagation();
      const chosen = [...source.files];
      if (source === camera) camera.value = "";
      add(chosen);
    });
  }
  return {
    files: () => [...files],
    restore(kept) {
      files = kept.slice(0, COUNT);
      put();
    },
  };
}
