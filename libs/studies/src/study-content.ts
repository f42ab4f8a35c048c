// Made by `npm run options` from the table of options (libs/studies/src/options): change it there.

/** What a study file holds, as the JSON Schema describes it. */
export interface StudyContent {
  /** Schema for editors; not read. */
  readonly $schema?: string;
  /** Headline of the report. @default 'Inter-model study' */
  readonly title?: string;
  /** What the study asks and from what, in a few sentences; stands below the headline of the report. @default nothing */
  readonly abstract?: string;
  /** Images with pixel-level concept labels. @default nothing is dissected; there must be tasks then */
  readonly data?: DataContent;
  /** Models to compare, at least one. */
  readonly models: readonly ModelContent[];
  /** Tasks of one's own, which give scores of the models as score tables do. @default no model is probed */
  readonly tasks?: readonly TaskContent[];
  /** How activations become concepts of units: a published variant of network dissection. @default 'dissect-2020' */
  readonly preset?: 'dissect-2020' | 'netdissect-2017' | 'netdissect-lite' | 'gandissect';
  /** Second variant, run on the same activations; units whose concept changes are listed. */
  readonly diffPreset?: 'dissect-2020' | 'netdissect-2017' | 'netdissect-lite' | 'gandissect';
  /** Changes of the preset of the dissection. */
  readonly matching?: MatchingContent;
  /** Changes of the second variant, which those of `matching` leave as it is. */
  readonly diffMatching?: MatchingContent;
  /** Tests of matches against chance. */
  readonly significance?: SignificanceContent;
  /** How the machine is used; but for the execution providers and the sketch, nothing here changes a result. */
  readonly runtime?: RuntimeContent;
  /** Benchmark scores of the models, CSV or Arrow: one file or a list. @default nothing is related */
  readonly scores?: string | readonly string[];
  /** CSV that says what the columns of wide score tables mean: column, task, dataset, metric, higherIsBetter. @default they are those of published tables */
  readonly scoreColumns?: string;
  /** Whether the models of score tables are named exactly as here, or with a suffix in parentheses. @default as the preset of the embedding says */
  readonly modelNames?: 'exact' | 'strip-suffix';
  /** Encoding of the CSV tables of scores; a byte-order mark goes before it. @default utf-8 */
  readonly encoding?: 'utf-8' | 'utf-16le' | 'utf-16be' | 'latin-1';
  /** The embedding of models by their concepts, and the categories of models. */
  readonly embedding?: EmbeddingContent;
  /** How sure profiles and embedding are: what would have come of other images, or other units. */
  readonly resampling?: ResamplingContent;
  /** Relations of the embedding to scores. */
  readonly relations?: RelationsContent;
  /** Claims about the models, judged in the study, its replicates, and universes of other choices; given an empty group, the study judges its own findings. */
  readonly claims?: ClaimsContent;
  /** Images that drive the best units most strongly, as the report shows them. */
  readonly gallery?: GalleryContent;
  /** Seed of everything that is random. @default 0 */
  readonly seed?: number;
}

/** Images and labels as a study file names them: a folder in the layout of format, or images, labels and their names. */
export interface DataContent {
  /** Layout of the data set. `plain`: images, label images with the same stems, and a CSV of their names; the others are folders named by `root`. @default 'plain' */
  readonly format?: 'plain' | 'broden' | 'ade20k' | 'ade20k-challenge' | 'voc' | 'coco-panoptic' | 'coco-instances';
  /** Folder of a data set in the layout of `format`; for `plain` one with images/, labels/, labels.csv and, if there is one, image-labels.csv, instead of the paths that follow. */
  readonly root?: string;
  /** Folder of images (JPEG, PNG, WebP, TIFF), with sub-folders. */
  readonly images?: string;
  /** Folder of label images with the same stems: grey or palette PNG, or NumPy arrays. */
  readonly labels?: string;
  /** CSV that names the label numbers: number, name, category. */
  readonly labelNames?: string;
  /** CSV of labels that hold for a whole image: image, number. */
  readonly imageLabels?: string;
  /** Encoding of the CSV files that name labels, classes, synonyms and categories; a byte-order mark goes before it. @default utf-8 */
  readonly encoding?: 'utf-8' | 'utf-16le' | 'utf-16be' | 'latin-1';
  /** Part of the data set, such as train or val, by the name that its layout has for it. @default all, or the only one */
  readonly split?: string;
  /** Categories that are read, for broden. @default all */
  readonly categories?: readonly string[];
  /** File of the class names, for ade20k, ade20k-challenge, voc. @default that of the layout */
  readonly names?: string;
  /** Whether crowds count as their concept or as pixels that nobody judged, for coco-panoptic, coco-instances. @default keep */
  readonly crowd?: 'keep' | 'ignore';
  /** Whether classes are numbered from 0 with 255 for none, for plain, ade20k-challenge (in the CSV of names of plain data too). @default they are not */
  readonly reducedZero?: boolean;
  /** Label number of pixels that nobody judged, such as 255, or -1 of .npy files; for plain data sets. @default none */
  readonly ignore?: number;
  /** What follows the shared part of the stems of images, such as _leftImg8bit; images without it are left aside. For plain data sets. @default nothing */
  readonly imageSuffix?: string;
  /** What follows the shared part of the stems of label images, such as _gtFine_labelIds; others are left aside. For plain data sets. @default nothing */
  readonly labelSuffix?: string;
  /** Whether images without labels and labels without images, and what an index names that is not there, are an error, or left out with a warning. @default 'refuse' */
  readonly unpaired?: 'refuse' | 'leave-out';
  /** Whether the colour of every pixel is named by the eleven basic colour terms, as concepts of category color. @default false */
  readonly colours?: boolean;
  /** Whether every connected component of the objects is cut into halves, as concepts such as sky-t (top), -b (bottom), -l (left) and -r (right) of category part. With segmenters of the preset dissect-2020 they are, unless this says false. @default false */
  readonly spatialParts?: boolean | SpatialPartsContent;
  /** Size that labels and upsampled activations are compared at. At most 1048576 cells, such as 1024 x 1024. @default that of the preset (56 x 56 for dissect-2020: a quarter of an input of 224) */
  readonly labelGrid?: LabelGridContent;
  /** Whether an image whose files do not decode is passed over (and recorded) instead of stopping the run. @default false */
  readonly skipBad?: boolean;
  /** Most pixels of an image or label image, each of up to 4 bytes (8-bit RGBA); a pixel of more bytes counts for more. Larger ones are refused before they are decoded. @default 100000000 */
  readonly maxPixels?: number;
  /** Red, green and blue behind transparent pixels. @default [255, 255, 255] */
  readonly background?: readonly [number, number, number];
  /** Whether images are set upright by their EXIF orientation, or read as they are stored, as their label images are; the labels then lie as they were drawn. @default 'upright' */
  readonly exif?: 'upright' | 'ignore';
  /** Changes of the vocabulary, made in this order before colours and halves of objects are added. */
  readonly vocabulary?: VocabularyContent;
  /** Segmentation models that label the images, instead of label files; their concepts become one vocabulary. */
  readonly segmenters?: readonly SegmenterContent[];
}

/** Whether every connected component of the objects is cut into halves, as concepts such as sky-t (top), -b (bottom), -l (left) and -r (right) of category part. With segmenters of the preset dissect-2020 they are, unless this says false. */
export interface SpatialPartsContent {
  /** Categories whose concepts are cut. @default ['object'] */
  readonly categories?: readonly string[];
  /** Whether the last component of each plane stays whole, as in the published study by mistake. @default false */
  readonly skipLastComponent?: boolean;
  /** Whether objects of all label planes of an image are cut, or of the first alone, as with segmenters of the preset dissect-2020 unless this is said: that of objects, without those that are parts of others. @default 'all' */
  readonly planes?: 'all' | 'first';
}

/** Size that labels and upsampled activations are compared at. At most 1048576 cells, such as 1024 x 1024. */
export interface LabelGridContent {
  /** Columns of the grid. */
  readonly width: number;
  /** Rows of the grid. */
  readonly height: number;
}

/** Changes of the vocabulary, made in this order before colours and halves of objects are added. */
export interface VocabularyContent {
  /** CSV with the columns name and synonym: concepts of one category that become one. */
  readonly synonyms?: string;
  /** CSV with the columns name and category: concepts that change their category. */
  readonly categories?: string;
  /** Names of the concepts that are kept; all others become unlabelled. @default all */
  readonly keep?: readonly string[];
  /** Categories that are kept. @default all */
  readonly keepCategories?: readonly string[];
  /** Fewest images in which a concept has to occur; Broden has 10. @default none */
  readonly minimumImages?: number;
  /** Whole images' worth of pixels that a concept has to cover; Broden has 0.5. @default none */
  readonly minimumCoverage?: number;
}

/** A segmentation model: a usual export by its preset, or its heads one by one. Each image is segmented once for all models. */
export interface SegmenterContent {
  /** ONNX file. */
  readonly file?: string;
  /** Instead of `file`, for the preset dissect-2020: encoder and decoder of one network or both of the published study, as they were published, in any order. */
  readonly checkpoint?: readonly string[];
  /** Usual export: 150 classes of ADE20K, background and 20 classes of Pascal VOC, or unified parsing (objects, materials, parts). `dissect-2020`: the networks of the published study, from their checkpoints or as `intermodel import` writes them, fed and numbered as there. */
  readonly preset?: 'ade20k-150' | 'voc-21' | 'unified-parsing' | 'dissect-2020';
  /** Tensors of the preset's heads, in its order. @default the one output or that named logits or out, or object, material and part */
  readonly tensors?: readonly string[];
  /** File labels.json that the network of unified parsing was published with; for dissect-2020 that of each network, in any order. */
  readonly labels?: string | readonly string[];
  /** Whether checkpoints of networks of another width than the published ones are meant. @default they are refused */
  readonly anyWidth?: boolean;
  /** How a whole image becomes the input: a preset, or settings on top of one (imagenet, if none is named). Input = (byte x scale - mean) / std. @default that of the preset of the segmenter, else imagenet */
  readonly input?: 'imagenet' | 'zero-one' | 'minus-one-one' | 'caffe' | 'dissect-2020' | SegmenterInputContent;
  /** Outputs of the model, where no preset is named. @default those of the preset */
  readonly heads?: readonly SegmenterHeadContent[];
}

/** How a whole image becomes the input: a preset, or settings on top of one (imagenet, if none is named). Input = (byte x scale - mean) / std. */
export interface SegmenterInputContent {
  /** Preset that everything not given is taken from. @default imagenet */
  readonly preset?: 'imagenet' | 'zero-one' | 'minus-one-one' | 'caffe' | 'dissect-2020';
  /** Columns of the input. @default 224 */
  readonly width?: number;
  /** Rows of the input. @default 224 */
  readonly height?: number;
  /** Filter of the resizing. @default bilinear */
  readonly filter?: 'bilinear' | 'bicubic' | 'lanczos3' | 'nearest';
  /** Order of the channels. @default that of the preset */
  readonly channels?: 'rgb' | 'bgr';
  /** Factor of the bytes 0..255, such as 1/255 = 0.00392156862745098. @default that of the preset */
  readonly scale?: number;
  /** Subtracted after scaling, in the order of the channels. @default that of the preset */
  readonly mean?: readonly [number, number, number];
  /** Divides what is left, in the order of the channels. @default that of the preset */
  readonly std?: readonly [number, number, number];
}

/** One output of a segmentation model. */
export interface SegmenterHeadContent {
  /** Tensor of images x classes x height x width: logits or probabilities; or of class numbers, images x height x width or images x 1 x height x width. */
  readonly tensor: string;
  /** Category of its concepts, such as object. */
  readonly category: string;
  /** CSV with the columns index (channel, from 0) and name, and if need be category and threshold; channels that are not listed mean nothing, such as the background. */
  readonly classes: string;
  /** Whether the largest value of a pixel wins, every class above its threshold is there, or the values are class numbers. A tensor of a single class needs threshold. @default numbers for a tensor of whole numbers, else argmax */
  readonly decide?: 'argmax' | 'threshold' | 'numbers';
  /** Share of the softmax of the logits that the winner must have, else the pixel is unlabelled. Of probabilities, decide by threshold instead. @default any */
  readonly confidence?: number;
  /** Value above which a pixel bears a class without a threshold of its own. @default 0 */
  readonly threshold?: number;
  /** Whether values are upsampled to the size of the input before deciding, bilinearly or class numbers to the nearest. @default they are */
  readonly upsample?: boolean;
  /** Tensor of an earlier head, inside whose concepts those of this one are trusted. */
  readonly ownedBy?: string;
  /** CSV with the columns owner and part: inside which concepts of that head each class is trusted. */
  readonly owners?: string;
}

/** A model, and how it is fed and read. */
export interface ModelContent {
  /** Name in tables and figures, and of the model's folder in the output. */
  readonly name: string;
  /** ONNX file, or a checkpoint. */
  readonly file?: string;
  /** Checkpoint as it was published (torch, safetensors, NumPy, flax, TensorFlow), instead of `file`: recognised, and built as an ONNX graph (`intermodel checkpoint FILE` tells what is in it). */
  readonly checkpoint?: string;
  /** Family of a checkpoint, such as moco-v2: how its tensors are named, what its weights do not tell, and its preprocessing. @default recognised by the names and shapes of its tensors */
  readonly family?: string;
  /** YAML file that describes a family of your own, as those that are built in are described. */
  readonly recipe?: string;
  /** Dictionary of a checkpoint that holds the weights, such as teacher or state_dict. @default as the family says */
  readonly take?: string;
  /** Prefixes that are taken off the names of the tensors of a checkpoint, such as module.encoder_q. @default as the family says */
  readonly strip?: readonly string[];
  /** Attention heads of a transformer, which the weights of a checkpoint do not tell. @default as the family says */
  readonly heads?: number;
  /** Tensor to dissect (`intermodel layers MODEL` lists them). @default the last spatial map before global pooling */
  readonly layer?: string;
  /** Several tensors to dissect, in one forward pass. */
  readonly layers?: readonly string[];
  /** Tensor of the scores or probabilities of the classes that the model was trained on (images x classes), by which LEEP rates it on `tasks`. @default none */
  readonly classifier?: string;
  /** Dissects an untrained twin beside the model, NAME-twin: the same graph with weights drawn from `seed`, read and fed alike. It is left out of the embedding, and tells how many units match without training. @default false */
  readonly twin?: boolean;
  /** How an image becomes the model's input: a preset, or settings on top of one (imagenet, if none is named). Input = (byte x scale - mean) / std. @default 'imagenet' */
  readonly input?: 'imagenet' | 'zero-one' | 'minus-one-one' | 'caffe' | 'dissect-2020' | InputContent;
  /** How the tokens of a vision transformer lie on the image; what is not given is inferred. */
  readonly tokens?: TokensContent;
}

/** How an image becomes the model's input: a preset, or settings on top of one (imagenet, if none is named). Input = (byte x scale - mean) / std. */
export interface InputContent {
  /** Preset that everything not given is taken from. @default 'imagenet' */
  readonly preset?: 'imagenet' | 'zero-one' | 'minus-one-one' | 'caffe' | 'dissect-2020';
  /** Columns of the input. @default that which the model fixes, else 224, unless width or height are given */
  readonly width?: number;
  /** Rows of the input. @default that which the model fixes, else 224, unless width or height are given */
  readonly height?: number;
  /** `exact` squashes the whole image; `shortest-side` scales it evenly and crops the centre; `squash-crop` squashes it to a square and crops the centre. @default 'exact' */
  readonly resize?: 'exact' | 'shortest-side' | 'squash-crop';
  /** Length that `shortest-side` scales the shorter side to, and `squash-crop` both sides, such as 256 for a crop of 224. @default the longer side of the input; 256 of the preset dissect-2020 */
  readonly shortestSide?: number;
  /** Filter of the resizing. @default 'bilinear' */
  readonly filter?: 'bilinear' | 'bicubic' | 'lanczos3' | 'nearest';
  /** Order of the channels; grey: one channel of luma (ITU-R 601). @default that of the preset */
  readonly channels?: 'rgb' | 'bgr' | 'grey';
  /** Factor of the bytes 0..255, such as 1/255 = 0.00392156862745098. @default that of the preset */
  readonly scale?: number;
  /** Subtracted after scaling, in the order of the channels; one number for grey. @default that of the preset */
  readonly mean?: readonly number[];
  /** Divides what is left, in the order of the channels; one number for grey. @default that of the preset */
  readonly std?: readonly number[];
  /** Order of the axes; `auto` takes what the sizes of the model's input tell. @default 'auto' */
  readonly layout?: 'NCHW' | 'NHWC' | 'auto';
}

/** How the tokens of a vision transformer lie on the image; what is not given is inferred. */
export interface TokensContent {
  /** Class and register tokens before those of the grid. @default inferred */
  readonly prefix?: number;
  /** Rows of the grid. @default inferred */
  readonly height?: number;
  /** Columns of the grid. @default inferred */
  readonly width?: number;
}

/** A task of one's own: images with what is to be told of them, on which simple heads on the frozen features of each model are scored. */
export interface TaskContent {
  /** Name of its data set in tables. @default the name of its folder */
  readonly name?: string;
  /** What is measured: many-shot (logistic regression on all training images), few-shot (episodes of a few images a class), neighbours (votes of the nearest training images), transferability (LogME, NLEEP and PARC, without training a head), detection (a linear detector on the grid of features), dense-classes (a linear classifier of the cells of the grid), normals (a linear regression of surface normals), depth (a linear regression of depth). @default all that the data allow */
  readonly kinds?: readonly ('many-shot' | 'few-shot' | 'neighbours' | 'transferability' | 'detection' | 'dense-classes' | 'normals' | 'depth')[];
  /** Layout of its data: class-folders (a folder for each class, with or without folders train, val and test around them); class-csv (labels.csv: image,label[,split]; several labels as a|b); coco-boxes (COCO instances: annotations/instances_PART.json, boxes alone); voc-boxes (Pascal VOC: Annotations/, JPEGImages/ and ImageSets/Main/); planes (images/, labels/ and labels.csv, or the layout that `dataset` names); normals (images/ and normals/ (8- or 16-bit RGB PNG, or .npy)); depth (images/ and depth/ (16-bit grey PNG, or .npy)). @default 'class-folders' */
  readonly format?: 'class-folders' | 'class-csv' | 'coco-boxes' | 'voc-boxes' | 'planes' | 'normals' | 'depth';
  /** Folder of the data in the layout of `format`. */
  readonly root?: string;
  /** Folder of images, where it is not that of the layout. @default as the layout has it */
  readonly images?: string;
  /** File that says what holds of the images: CSV of image, label and, if they are given, split; or COCO JSON. @default as the layout has it */
  readonly annotations?: string;
  /** Folder of label images, surface normals or depths with the stems of the images. @default as the layout has it */
  readonly labels?: string;
  /** CSV that names the numbers of label images: number, name, category. @default as the layout has it */
  readonly labelNames?: string;
  /** Layout of label planes, as of labelled images. @default plain */
  readonly dataset?: 'plain' | 'broden' | 'ade20k' | 'ade20k-challenge' | 'voc' | 'coco-panoptic' | 'coco-instances';
  /** Names that the layout has for the parts, such as train2017. @default those found */
  readonly parts?: TaskPartsContent;
  /** Units of 16-bit depth images that make one unit of depth, such as 1000 for millimetres to metres. @default 1000 */
  readonly depthScale?: number;
  /** Encoding of the CSV files that name labels, classes, synonyms and categories; a byte-order mark goes before it. @default utf-8 */
  readonly encoding?: 'utf-8' | 'utf-16le' | 'utf-16be' | 'latin-1';
  /** Whether classes are numbered from 0 with 255 for none, for plain, ade20k-challenge (in the CSV of names of plain data too). @default they are not */
  readonly reducedZero?: boolean;
  /** Label number of pixels that nobody judged, such as 255, or -1 of .npy files; for plain data sets. @default none */
  readonly ignore?: number;
  /** What follows the shared part of the stems of images, such as _leftImg8bit; images without it are left aside. For plain data sets. @default nothing */
  readonly imageSuffix?: string;
  /** What follows the shared part of the stems of label images, such as _gtFine_labelIds; others are left aside. For plain data sets. @default nothing */
  readonly labelSuffix?: string;
  /** Whether images without labels and labels without images, and what an index names that is not there, are an error, or left out with a warning. @default refuse */
  readonly unpaired?: 'refuse' | 'leave-out';
  /** Shares of the images that are drawn for each part, where the data are not split. @default as the data are split, else 0.7, 0.1 and 0.2 */
  readonly split?: TaskSplitContent;
  /** What becomes of the maps of a layer where features are those of an image: their mean or maximum, or the token of the class. @default 'mean' */
  readonly pool?: 'mean' | 'max' | 'class-token';
  /** Classes of an episode of few-shot classification. @default 5 */
  readonly ways?: number;
  /** Training images of each class in an episode. @default [1, 5, 20, 50] */
  readonly shots?: readonly number[];
  /** Test images of each class in an episode. @default 15 */
  readonly queries?: number;
  /** Episodes, the same for all models. @default 600 */
  readonly episodes?: number;
  /** Cells of grids that a classifier is fitted on at most (detection, dense-classes), drawn with the seed: fewer take less time. @default as many as 256 MB hold */
  readonly cells?: number;
  /** Bootstrap samples of the test images that intervals come from. @default 2000 */
  readonly replicates?: number;
}

/** Names that the layout has for the parts, such as train2017. */
export interface TaskPartsContent {
  /** Name of the part that heads are fitted on. */
  readonly train?: string;
  /** Name of the part that choices are made on. */
  readonly val?: string;
  /** Name of the part that scores come from. */
  readonly test?: string;
}

/** Shares of the images that are drawn for each part, where the data are not split. */
export interface TaskSplitContent {
  /** Share that heads are fitted on. @default 0.7 */
  readonly train?: number;
  /** Share that choices are made on. @default 0.1 */
  readonly val?: number;
  /** Share that scores come from. @default 0.2 */
  readonly test?: number;
  /** Seed of the draw. @default 0 */
  readonly seed?: number;
}

/** Changes of a preset of the dissection; what is not given is that of the preset. */
export interface MatchingContent {
  /** Share of the values under a unit's threshold. @default that of the preset */
  readonly level?: number;
  /** How the level becomes a position among the sorted values. @default that of the preset */
  readonly rule?: 'hazen' | 'linear' | 'inverted-cdf';
  /** Whether the quantile is one of the upsampled values or of the maps as they are. @default that of the preset */
  readonly values?: 'upsampled' | 'raw';
  /** By which comparison with its threshold an activation is active. @default that of the preset */
  readonly compare?: '>' | '>=';
  /** What lies outside a map when it is upsampled. @default that of the preset */
  readonly padding?: 'zeros' | 'clamp';
  /** Which points of map and label grid coincide. @default that of the preset */
  readonly alignment?: 'half-pixel' | 'corners';
  /** Whether pixels that nobody judged count as unlabelled or are left out of every area. @default that of the preset */
  readonly ignoredPixels?: 'unlabelled' | 'left-out';
  /** Which images count for the area of a unit. @default that of the preset */
  readonly areaScope?: 'all' | 'category-in-image' | 'category-under-mask';
  /** What is added to a union before dividing. @default that of the preset */
  readonly epsilon?: number;
  /** How ties between concepts are broken. @default that of the preset */
  readonly matchScope?: 'global' | 'per-category';
  /** Score of unit and concept that units are matched by: intersection over union, F1, Matthews correlation, lift, precision, recall or Cohen's kappa. @default 'iou' */
  readonly score?: 'iou' | 'f1' | 'mcc' | 'lift' | 'precision' | 'recall' | 'kappa';
  /** Score that a match must pass, at most 1 but for lift. @default that of the preset for IoU, 0.0769 for F1, 0.0769 for MCC, 2 for lift, 0.5 for precision, 0.5 for recall, 0.0769 for kappa */
  readonly gate?: number;
  /** By which comparison it must pass. @default that of the preset */
  readonly compareGate?: '>' | '>=';
  /** Information quality ratio that a match must exceed; 0 for none. @default that of the preset */
  readonly minimumQuality?: number;
  /** Images in which a concept must occur to take part. @default that of the preset */
  readonly minimumImages?: number;
  /** Whole images' worth of pixels that a concept must cover to take part. @default that of the preset */
  readonly minimumCoverage?: number;
}

/** Tests of matches against chance. */
export interface SignificanceContent {
  /** Replicates in which labels are taken from their images, to tell what chance gives; 0 for no tests. More can be added later. @default 200 */
  readonly nulls?: number;
  /** How labels are taken from their images: exchanged among images of a shard, rolled over the edges of their own, or both, one after the other: what is significant is so against exchanged labels. @default 'exchange' */
  readonly kind?: 'exchange' | 'roll' | 'both';
  /** Which replicates p compares a unit with: its own, or those of all units of the model whose best scores are alike by chance, scaled, so that p can be smaller than one in all replicates. @default 'none' */
  readonly pool?: 'none' | 'alike';
  /** Most images that the tests use: whole shards, at equal distances. @default all */
  readonly maximumImages?: number;
  /** What counts as a match in profiles, embedding and report: passing the gate, being significant (q at most 0.05), or both. @default 'gate' */
  readonly match?: 'gate' | 'significant' | 'both';
}

/** How the machine is used. Models that take the same images are open at the same time, so that these are decoded once: memory grows with each by about the size of its file and what its runs hold, until their files have 1 GiB together; further ones follow in a pass of their own. A smaller batchSize lessens what runs hold. */
export interface RuntimeContent {
  /** Images of one run of a model. @default as many as fit well into memory */
  readonly batchSize?: number;
  /** Threads of a model. @default one a processor */
  readonly threads?: number;
  /** Execution providers of onnxruntime, the preferred first: cpu, cuda, coreml, dml, webgpu, as far as this machine has them. @default ['cpu'] */
  readonly executionProviders?: readonly string[];
  /** Memory for activation maps that may still matter; the others are read from the store. @default 128 */
  readonly keptMapsMegabytes?: number;
  /** Whether models are run a second time instead of keeping maps. @default false */
  readonly secondPass?: boolean;
  /** Images that are counted together at most, so that what was counted of them can be kept for later runs: so many are run anew where one of them changes. @default 64 */
  readonly imagesPerShard?: number;
  /** Folder where labels of segmentation models are kept for later runs. @default in the output folder */
  readonly labelCache?: string;
  /** Size k of a sketch (KLL) that estimates thresholds, in two passes, where exact ones do not fit: of 100 units 99 keep within a rank error of 2.296 / k^0.9723, 0.0007 for 4096. @default they are exact */
  readonly sketch?: number;
  /** Time that the runtime may take to look at a model before it is dissected; a loop without end is stopped then. @default 60 */
  readonly probeSeconds?: number;
  /** Memory that the runtime may take to look at a model, beside three times the size of the weights. @default 2048 */
  readonly probeMegabytes?: number;
}

/** The embedding of models by their concepts, and the categories of models. */
export interface EmbeddingContent {
  /** Choices that the others change; of the models that `paper-2022` leaves out, those in this study. @default 'default' */
  readonly preset?: 'default' | 'paper-2022';
  /** Principal components, fewer than models. @default 3, or one fewer than models if that is less */
  readonly components?: number;
  /** Categories of models. @default 3, or the number of models if that is less */
  readonly clusters?: number;
  /** Models left out of the fit; their concepts count as columns all the same. @default those of the preset */
  readonly exclude?: readonly string[];
  /** How counts of units become weights. @default that of the preset (per-category) */
  readonly normalisation?: 'per-category' | 'count' | 'share-of-units' | 'share-of-matches' | 'presence' | 'hellinger';
  /** Whether the first concept in (category, label) order is dropped, as the published code did by mistake. @default as the preset says */
  readonly dropFirstConcept?: boolean;
  /** Output folder of an earlier run: models are placed in its embedding, which stays as it is; no other key may stand beside it. */
  readonly frozen?: string;
}

/** How sure profiles and embedding are: what would have come of other images, or other units. */
export interface ResamplingContent {
  /** Bootstrap replicates that intervals and ellipses come from, and permutations that components are tested by; 0 leaves both out. @default 200 */
  readonly replicates?: number;
  /** What is drawn with replacement: images in blocks, so that IoU has intervals too, or units, which needs no count; tables of units have no images to draw. @default 'images' */
  readonly over?: 'images' | 'units';
  /** Most blocks that images are cut into to be drawn; memory and time grow with them. @default 200 */
  readonly blocks?: number;
  /** Thresholds of a replicate: those of all images, or quantiles of the images it has, rounded to one of nine; the latter goes through all maps up to 18 times and keeps more of them. @default 'fixed' */
  readonly thresholds?: 'fixed' | 'redrawn';
}

/** Relations of the embedding to scores. */
export interface RelationsContent {
  /** Orderings drawn where there are too many to try all. @default 100000 */
  readonly permutations?: number;
  /** Table that says which models are of one family (one code base, one method), CSV or Arrow: model, family and, if wanted, reason; it may be one of scores. No relation that hangs on a single family is called supported. @default every model is its own family */
  readonly families?: string;
  /** Score column given which relations are stated too, as partial correlations: `dt_ImageNet`. @default only given the number of matching units */
  readonly given?: string;
  /** Correction for the number of tests that decides which relations are supported: false discovery rate of independent tests or of any, or family-wise error by the maximum statistic. @default 'benjamini-hochberg' */
  readonly correction?: 'benjamini-hochberg' | 'benjamini-yekutieli' | 'max-t';
  /** Among which models permutation tests exchange scores: among all, or only within families, so that what goes with families is no evidence. @default 'all' */
  readonly permuteWithin?: 'all' | 'families';
}

/** Claims about the models, judged in the study, its replicates, and universes of other choices; given an empty group, the study judges its own findings. */
export interface ClaimsContent {
  /** YAML file of claims (docs/claims.md). @default what the study finds itself */
  readonly file?: string;
  /** Most universes besides the study itself: combinations of other defensible choices, drawn by the seed where there are more; 0 for none. @default 200 where claims are judged */
  readonly universes?: number;
  /** Gates of universes; that of the study is always among them. @default 0.5, 0.75, 1, 1.25, 1.75 and 2.5 times that of the study */
  readonly gates?: readonly number[];
  /** Weights of concepts of universes. @default all */
  readonly normalisations?: readonly ('per-category' | 'count' | 'share-of-units' | 'share-of-matches' | 'presence' | 'hellinger')[];
  /** Numbers of components of universes, as far as there are so many. @default 2, 3, 4 */
  readonly components?: readonly number[];
  /** Numbers of categories of models of universes, as far as there are so many models. @default 2, 3, 4 */
  readonly clusters?: readonly number[];
  /** Distances of models of universes: Euclidean of profiles or components, or the cosine of profiles. @default all */
  readonly distances?: readonly ('profiles' | 'cosine' | 'components')[];
  /** Which models are left out in universes besides those that the study leaves out: any one family, or none. @default families */
  readonly leaveOut?: 'none' | 'families';
}

/** Images that drive the best units most strongly, as the report shows them. */
export interface GalleryContent {
  /** Best units of each layer that are shown; 0 shows none. @default 12 */
  readonly units?: number;
  /** Images of each unit. @default 5 */
  readonly images?: number;
  /** What of a unit's map ranks the images: its largest value or its mean. @default 'max' */
  readonly pool?: 'max' | 'mean';
  /** Longer side of a thumbnail. @default 112 */
  readonly thumbnailPixels?: number;
  /** Where thumbnails stand: in the report itself, or in a folder beside it. @default 'embedded' */
  readonly place?: 'embedded' | 'folder';
  /** Most MiB of thumbnails in the report itself; what does not fit is named only. @default 2 */
  readonly megabytes?: number;
}

/** Defaults of the options of each group, by its path; '' for the study. */
export interface GroupDefaults {
  /** Below the study itself. */
  readonly '': Required<Pick<StudyContent, 'title' | 'preset' | 'seed'>>;
  /** Below `data`. */
  readonly 'data': Required<Pick<DataContent, 'format' | 'unpaired' | 'colours' | 'spatialParts' | 'skipBad' | 'maxPixels' | 'background' | 'exif'>>;
  /** Below `data.spatialParts`. */
  readonly 'data.spatialParts': Required<Pick<SpatialPartsContent, 'categories' | 'skipLastComponent' | 'planes'>>;
  /** Below `models[]`. */
  readonly 'models[]': Required<Pick<ModelContent, 'twin' | 'input'>>;
  /** Below `models[].input`. */
  readonly 'models[].input': Required<Pick<InputContent, 'preset' | 'resize' | 'filter' | 'layout'>>;
  /** Below `tasks[]`. */
  readonly 'tasks[]': Required<Pick<TaskContent, 'format' | 'depthScale' | 'pool' | 'ways' | 'shots' | 'queries' | 'episodes' | 'replicates'>>;
  /** Below `tasks[].split`. */
  readonly 'tasks[].split': Required<Pick<TaskSplitContent, 'train' | 'val' | 'test' | 'seed'>>;
  /** Below `matching`. */
  readonly 'matching': Required<Pick<MatchingContent, 'score'>>;
  /** Below `diffMatching`. */
  readonly 'diffMatching': Required<Pick<MatchingContent, 'score'>>;
  /** Below `significance`. */
  readonly 'significance': Required<Pick<SignificanceContent, 'nulls' | 'kind' | 'pool' | 'match'>>;
  /** Below `runtime`. */
  readonly 'runtime': Required<Pick<RuntimeContent, 'executionProviders' | 'keptMapsMegabytes' | 'secondPass' | 'imagesPerShard' | 'probeSeconds' | 'probeMegabytes'>>;
  /** Below `embedding`. */
  readonly 'embedding': Required<Pick<EmbeddingContent, 'preset'>>;
  /** Below `resampling`. */
  readonly 'resampling': Required<Pick<ResamplingContent, 'replicates' | 'over' | 'blocks' | 'thresholds'>>;
  /** Below `relations`. */
  readonly 'relations': Required<Pick<RelationsContent, 'permutations' | 'correction' | 'permuteWithin'>>;
  /** Below `gallery`. */
  readonly 'gallery': Required<Pick<GalleryContent, 'units' | 'images' | 'pool' | 'thumbnailPixels' | 'place' | 'megabytes'>>;
}
